import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/watch/tokens.ts';
import { http } from '../support/http.ts';
import { journalEntry } from './journal-entry.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const ORDER = 'example.myshopify.com/5820193456789';
const BEARERS = ['none', 'garbage', 'viewer', 'operator', 'admin'] as const;
const FOR_VIEWERS = [401, 401, 200, 200, 200];

describe('who may ask what', () => {
  let dashboard: ServedDashboard;
  let event: string;
  const tokens: Record<(typeof BEARERS)[number], string | null> = {
    none: null,
    garbage: 'e30.e30.e30',
    viewer: '',
    operator: '',
    admin: '',
  };
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    await dashboard.commit([{ id: '5820193456789' }]);
    const entry = journalEntry('{"id":5820193456789}');
    await dashboard.collections.events.create(entry);
    event = entry._id;
    for (const role of ['viewer', 'operator', 'admin'] as const)
      tokens[role] = await mintToken(JWT_SECRET, { name: role, role }, 1);
  });
  afterAll(() => dashboard.stop());

  test.each<[string, number[]]>([
    ['/api/orders', FOR_VIEWERS],
    [`/api/orders/${ORDER}`, FOR_VIEWERS],
    [`/api/orders/${ORDER}/timeline`, FOR_VIEWERS],
    ['/api/events/<event>', FOR_VIEWERS],
    ['/api/events/<event>?payload=1', [401, 401, 403, 200, 200]],
    // Who may not see payloads is not told which events there are.
    [`/api/events/${'0'.repeat(64)}?payload=1`, [401, 401, 403, 404, 404]],
    ['/api/status', FOR_VIEWERS],
    ['/api/no-such-route', [401, 401, 404, 404, 404]],
    ['/api/orders?limit=0', [401, 401, 400, 400, 400]],
  ])(`%s: ${BEARERS.join(', ')}`, async (place, expected) => {
    const found: number[] = [];
    for (const bearer of BEARERS)
      found.push((await dashboard.getWith(place.replace('<event>', event), tokens[bearer])).status);
    expect(found).toEqual(expected);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s changes nothing, whoever asks', async (method) => {
    const headers = { authorization: `Bearer ${tokens.admin}` };
    for (const place of ['/api/orders', `/api/orders/${ORDER}`, `/api/events/${event}`, '/api/status'])
      expect((await http(`${dashboard.url}${place}`, { method, headers })).status).toBe(404);
  });

  test.each(['Basic dTpw', 'Bearer', 'Bearer a b', 'bearer  ', '<token> without a scheme'])(
    'authorization: %s is none: 401 that says how',
    async (text) => {
      const headers = { authorization: text.replace('<token>', tokens.admin ?? '') };
      const { status, headers: answered, json } = await http(`${dashboard.url}/api/status`, { headers });
      expect([status, answered['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(json).toEqual({ error: 'a good token is needed' });
    },
  );

  test('a token in the address is none: addresses are logged everywhere', async () => {
    expect((await http(`${dashboard.url}/api/status?token=${tokens.admin}`)).status).toBe(401);
  });

  test('answers are not kept, framed, sniffed or told where they come from', async () => {
    const { headers } = await dashboard.getWith('/api/status', tokens.viewer);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
