import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Act, AuditLog } from '../../src/persist/audit-log.ts';
import { checkAudit } from '../../src/persist/audit-log.ts';
import { Refusals } from '../../src/operate/sign-in/refusals.ts';
import { mintToken, tokenId } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const MINUTE_MS = 60_000;

describe('refused requests do not fill the audit log', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  beforeEach(async () => {
    await dashboard.restart();
    await dashboard.collections.audit.deleteMany({});
  });
  afterAll(() => dashboard.stop());

  const entries = async () => await dashboard.collections.audit.find().sort({ _id: 1 }).lean();

  test('if the role is too low: ten a minute are written for a token, and the others as one entry', async () => {
    const token = await mintToken(JWT_SECRET, { name: 'eve', role: 'viewer' }, 1);
    const authorization = `Bearer ${token}`;
    const body = { reason: 'I want it', name: 'me', role: 'admin' };
    const places = ['/api/queues/0/pause', '/api/queues/0/resume', '/api/tokens'];
    for (let i = 0; i < 40; i += 1) {
      const place = places[i % 3] ?? '';
      const given = place === '/api/tokens' ? body : { reason: body.reason };
      expect((await dashboard.tell(place, given, { authorization })).status).toBe(403);
    }
    // Those of another token are counted separately.
    expect((await dashboard.post('/api/queues/0/pause', { reason: 'to look' }, 'viewer')).status).toBe(403);
    expect(await entries()).toHaveLength(11);
    await dashboard.restart();
    const all = await entries();
    expect(all).toHaveLength(12);
    expect(all[11]).toMatchObject({
      who: 'eve',
      role: 'viewer',
      outcome: 'refused',
      target: 'requests of a minute',
      token: tokenId(token),
      detail: 'further refusals: 30 (queue.resume 10, token.mint 10, queue.pause 10)',
    });
    expect(await checkAudit(dashboard.collections.audit)).toMatchObject({ brokenAt: null });
  });

  test('those of a session and of its token are counted together', async () => {
    const token = await mintToken(JWT_SECRET, { name: 'eve', role: 'viewer' }, 1);
    const { headers } = await dashboard.tell('/api/session', { token });
    const cookie = String((headers['set-cookie'] as string[])[0]).split(';')[0] ?? '';
    const given: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { cookie, 'sec-fetch-site': 'same-origin' },
    ];
    for (let i = 0; i < 30; i += 1)
      await dashboard.tell('/api/queues/0/pause', { reason: 'to look' }, given[i % 2]);
    const refused = (await entries()).filter(({ action }) => action === 'queue.pause');
    expect(refused).toHaveLength(10);
  });
});

describe('counted refusals', () => {
  const act = (action: string): Act => ({ action, target: 't', who: 'eve', role: 'viewer', reason: 'r' });
  const written: string[] = [];
  const audit = {
    refused: ({ action, target }: Act, why: string) => {
      written.push(`${action} ${target}: ${why}`);
      return Promise.resolve();
    },
  } as AuditLog;

  test('are written when their minute is over, and counting starts again', async () => {
    let now = 1_000_000;
    const refusals = new Refusals(audit, () => now);
    const eleven = async () => {
      for (let i = 0; i < 11; i += 1) await refusals.write('root', act('queue.pause'), 'no');
    };
    await eleven();
    now += MINUTE_MS - 1;
    await refusals.fold();
    expect(written).toHaveLength(10);
    now += 1;
    await refusals.fold();
    expect(written).toHaveLength(11);
    expect(written[10]).toBe('queue.pause requests of a minute: further refusals: 1 (queue.pause 1)');
    await refusals.fold();
    await eleven();
    expect(written).toHaveLength(21);
    // The first refusal of the next minute writes them, too.
    now += MINUTE_MS;
    await refusals.write('root', act('queue.pause'), 'no');
    await refusals.stop();
    expect(written).toHaveLength(23);
  });
});
