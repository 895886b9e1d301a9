import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken, tokenId } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { Link } from '../support/link.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

describe('while MongoDB is down', () => {
  let link: Link;
  let dashboard: ServedDashboard;
  let session = '';
  let revoked = '';
  beforeAll(async () => {
    const { mongoUri } = await namespace();
    const { port, pathname } = new URL(mongoUri.replace('mongodb:', 'http:'));
    link = await Link.to(Number(port));
    // Short timeouts keep the test short.
    const options = 'directConnection=true&serverSelectionTimeoutMS=1500';
    const away = `mongodb://127.0.0.1:${link.port}${pathname}?${options}`;
    dashboard = await ServedDashboard.start({ mongoUri: away });
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
    const { headers } = await dashboard.tell('/api/session', { token });
    session = String((headers['set-cookie'] as string[])[0]).split(';')[0] ?? '';
    revoked = await mintToken(JWT_SECRET, { name: 'eve', role: 'admin' }, 1);
    await dashboard.getWith('/api/status', revoked);
    const place = `/api/tokens/${tokenId(revoked)}/revoke`;
    await until(async () => (await dashboard.post(place, { reason: 'lost' }, 'admin')).status === 200);
    link.cut();
    await until(async () => {
      const { json } = await http(`${dashboard.url}/api/status`, { headers: { cookie: session } });
      return (json.mongodb as { state: string } | undefined)?.state === 'away';
    });
  });
  afterAll(async () => {
    link.heal();
    await dashboard.stop();
    await link.close();
  });

  test('signed-in people stay signed in, and see that it is down', async () => {
    const headers = { cookie: session };
    expect((await http(`${dashboard.url}/api/session`, { headers })).json).toMatchObject({ name: 'ada' });
    expect((await http(`${dashboard.url}/api/status`, { headers })).json.level).toBe('act');
  });

  test('a token that was revoked before stays revoked', async () => {
    expect((await dashboard.getWith('/api/status', revoked)).status).toBe(401);
  });

  test.each(['token', 'once'] as const)(
    'a sign-in with a %s fails: it could not be recorded',
    async (kind) => {
      const given = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer', kind }, 0.25);
      const { status, json, headers } = await dashboard.tell('/api/session', { [kind]: given });
      const detail = expect.stringMatching(/^MongoDB is down/) as unknown;
      expect([status, json.detail, json.code, headers['set-cookie']]).toEqual([
        503,
        detail,
        'unavailable',
        undefined,
      ]);
    },
  );

  test('a change that cannot be audited is not made', async () => {
    expect((await dashboard.post('/api/queues/0/pause', { reason: 'to look' })).status).toBe(503);
    expect((await dashboard.get('/api/queues')).json.queues).toMatchObject([{ paused: false }]);
  });
});
