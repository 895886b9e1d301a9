import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/operate/api/route.ts';
import { MAY_ACT_AS, ROLES, type Role } from '../../src/system/roles.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { journalEntry } from './journal-entry.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

/**
 * The lowest role of every route. A route that is missing here fails, and so does an entry without a route.
 */
const LEAST: Record<string, Role | 'nobody'> = {
  'post /session': 'nobody',
  'get /session': 'viewer',
  'delete /session': 'nobody',
  'post /session/once': 'viewer',
  'get /status': 'viewer',
  'get /exports/events': 'viewer',
  'get /exports/lines': 'viewer',
  'get /exports/orders': 'viewer',
  'get /history': 'viewer',
  'get /live': 'viewer',
  'get /orders': 'viewer',
  'get /orders/{shop}/{orderId}': 'viewer',
  'get /orders/{shop}/{orderId}/timeline': 'viewer',
  'post /orders/rebuild': 'operator',
  'post /orders/{shop}/{orderId}/rebuild': 'operator',
  'get /reports/sales': 'viewer',
  'get /search': 'viewer',
  'get /changes': 'viewer',
  'get /events': 'viewer',
  'get /events/{event}': 'viewer',
  'post /events': 'source',
  'get /event-types': 'viewer',
  'get /event-types/{source}/{name}': 'viewer',
  'put /event-types/{source}/{name}': 'admin',
  'delete /event-types/{source}/{name}': 'admin',
  'get /destinations': 'viewer',
  'get /destinations/{name}': 'viewer',
  'put /destinations/{name}': 'admin',
  'post /destinations/{name}/backfill': 'admin',
  'post /destinations/preview': 'admin',
  'post /destinations/{name}/pause': 'operator',
  'post /destinations/{name}/resume': 'operator',
  'post /destinations/{name}/test': 'operator',
  'post /destinations/{name}/compare': 'operator',
  'post /destinations/{name}/repair': 'operator',
  'delete /destinations/{name}': 'admin',
  'get /effects': 'viewer',
  'get /effects/{id}': 'viewer',
  'post /effects/replay': 'operator',
  'post /effects/skip': 'operator',
  'post /effects/{id}/undo': 'operator',
  'get /orders/{shop}/{orderId}/effects': 'viewer',
  'get /dedupe': 'viewer',
  'get /dedupe/{event}': 'viewer',
  'post /dedupe/lookup': 'viewer',
  'post /dedupe/{event}/release': 'operator',
  'get /locks': 'viewer',
  'get /locks/{shop}/{orderId}': 'viewer',
  'post /locks/{shop}/{orderId}/release': 'operator',
  'get /mailboxes': 'viewer',
  'get /mailboxes/{shop}/{orderId}': 'viewer',
  'post /mailboxes/{shop}/{orderId}/wake': 'operator',
  'get /queues': 'viewer',
  'post /queues/{partition}/pause': 'operator',
  'post /queues/{partition}/resume': 'operator',
  'get /parked': 'viewer',
  'get /parked/groups': 'viewer',
  'get /parked/{event}': 'viewer',
  'get /parked/replays': 'viewer',
  'get /parked/replays/{id}': 'viewer',
  'post /parked/replays': 'operator',
  'post /parked/replays/{id}/abort': 'operator',
  'post /parked/discards': 'operator',
  'get /reconciles': 'viewer',
  'get /reconciles/{id}': 'viewer',
  'post /reconciles': 'operator',
  'post /reconciles/{id}/abort': 'operator',
  'get /completeness': 'viewer',
  'get /completeness/key': 'viewer',
  'get /completeness/{id}': 'viewer',
  'get /completeness/{id}/statement': 'viewer',
  'post /completeness': 'operator',
  'get /shops': 'viewer',
  'get /shops/{shop}': 'viewer',
  'get /audit': 'viewer',
  'get /audit/chain': 'viewer',
  'get /tokens': 'admin',
  'post /tokens': 'admin',
  'post /tokens/{id}/revoke': 'admin',
  'get /load-tests': 'viewer',
  'get /verify': 'operator',
  'get /doctor': 'operator',
  'get /compliance': 'operator',
  'get /compliance/{id}': 'operator',
  'post /compliance/{id}/export': 'admin',
  'get /config': 'operator',
  'get /openapi.json': 'viewer',
};

const BEARERS = ['none', ...ROLES] as const;
type BearerName = (typeof BEARERS)[number];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const ORDER = 'example.myshopify.com/5820193456789';
const PLACES: Record<string, string> = {
  shop: 'example.myshopify.com',
  orderId: '5820193456789',
  event: '0'.repeat(64),
  partition: '7',
  source: 'wms',
  name: 'picked',
};
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const placeOf = (path: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => PLACES[name] ?? '0123456789abcdef');

describe('who may ask what', () => {
  let dashboard: ServedDashboard;
  const tokens: Partial<Record<BearerName | 'garbage', string>> = { garbage: 'e30.e30.e30' };
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    await dashboard.commit([{ id: '5820193456789' }]);
    for (const role of ROLES) {
      const shops = role === 'source' ? ['example.myshopify.com'] : null;
      tokens[role] = await mintToken(JWT_SECRET, { name: role, role, shops }, 1);
    }
  });
  afterAll(() => dashboard.stop());

  /** The status of the response, without waiting for its body: one of the routes is a stream. */
  const statusOf = (method: string, place: string, bearer: BearerName | 'garbage') =>
    new Promise<number>((resolve, reject) => {
      const token = tokens[bearer];
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const sent = request(`${dashboard.url}${place}`, { method, headers, agent: false }, (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      sent.on('error', reject);
      sent.end(method === 'get' || method === 'delete' ? undefined : '{}');
    });

  test('every route has an expectation, and every expectation a route', () => {
    const found = Object.fromEntries(dashboard.routes.map((route) => [nameOf(route), route.role]));
    expect(found).toEqual(LEAST);
  });

  test('a route that changes something is not a GET, needs a reason, and is audited', () => {
    for (const { method, path, role, audit, body } of dashboard.routes) {
      // The journal records the events of other systems.
      const isOther = ['nobody', 'source'].includes(role);
      const looking = ['/dedupe/lookup', '/destinations/preview', '/destinations/{name}/compare'];
      const onlyLooks = looking.includes(path);
      const changes = method !== 'get' && !isOther && !onlyLooks;
      expect([path, changes && !audit]).toEqual([path, false]);
      const reading = body?.safeParse({});
      const isOwnLink = path === '/session/once';
      expect([path, changes && !isOwnLink && reading?.success]).toEqual([path, false]);
    }
  });

  // Every body here is invalid: a caller who gets in receives a 400, and nothing is changed.
  test.each(Object.entries(LEAST))('%s is for %s', async (name, least) => {
    const [method = '', path = ''] = name.split(' ');
    const answers: Record<string, boolean | number> = {};
    for (const bearer of BEARERS) {
      const status = await statusOf(method, `/api${placeOf(path)}`, bearer);
      answers[bearer] = [200, 400, 404, 409].includes(status) || status;
    }
    expect(answers).toEqual(Object.fromEntries(BEARERS.map((bearer) => [bearer, expectedOf(bearer, least)])));
  });

  test.each([...new Set(Object.keys(LEAST).map((name) => name.split(' ')[1] ?? ''))])(
    'other methods of %s do not exist',
    async (path) => {
      const others = METHODS.filter((method) => {
        const matches = (route: Route) => route.method === method && placesOf(route.path).test(placeOf(path));
        return !dashboard.routes.some(matches);
      });
      expect(others.length).toBeGreaterThan(0);
      for (const method of others)
        for (const bearer of BEARERS)
          expect([method, bearer, await statusOf(method, `/api${placeOf(path)}`, bearer)]).toEqual([
            method,
            bearer,
            { none: 401, source: 403 }[bearer as string] ?? 404,
          ]);
    },
  );

  test.each([
    '/queues/raw',
    '/docs',
    '/load-tests/flash-sale-2026-11-21T09-32-59.html',
    '/api/no-such-route',
  ])('%s is for every signed-in person', async (place) => {
    expect(await statusOf('get', place, 'none')).toBe(401);
    expect(await statusOf('get', place, 'garbage')).toBe(401);
    expect([200, 404]).toContain(await statusOf('get', place, 'viewer'));
    expect(await statusOf('get', place, 'source')).toBe(403);
  });

  test('payloads are for operators, and others do not learn which events exist', async () => {
    const entry = journalEntry('{"id":5820193456789}');
    await dashboard.collections.events.create(entry);
    for (const event of [entry._id, '0'.repeat(64)])
      expect(await statusOf('get', `/api/events/${event}?payload=1`, 'viewer')).toBe(403);
    expect(await statusOf('get', `/api/events/${entry._id}?payload=1`, 'operator')).toBe(200);
  });

  test.each(['Basic dTpw', 'Bearer', 'Bearer a b', 'bearer  ', '<token> without a scheme'])(
    'authorization: %s is invalid: 401 that says how to authorize',
    async (text) => {
      const headers = { authorization: text.replace('<token>', tokens.admin ?? '') };
      const { status, headers: answered, json } = await http(`${dashboard.url}/api/status`, { headers });
      expect([status, answered['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(json).toMatchObject({ code: 'not_signed_in', detail: 'missing or invalid token' });
    },
  );

  test.each<[string, object]>([
    ['that expires after the latest possible time', { exp: 9e15 }],
    ['that expires even later', { exp: 1e300 }],
    ['with an object as its name', { sub: { name: 'eve' } }],
    ['for another audience', { aud: 'another-app-of-the-team' }],
  ])('a token %s, signed with our secret: 401', async (_case, change) => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const good = { role: 'admin', iss: 'lockstep', aud: 'lockstep', sub: 'eve', exp };
    expect((await dashboard.getWith('/api/status', signed(good))).status).toBe(200);
    const bad = signed({ ...good, ...change });
    expect((await dashboard.getWith('/api/status', bad)).status).toBe(401);
    expect((await dashboard.tell('/api/session', { token: bad })).status).toBe(401);
  });

  test('a token in the address does not count: addresses are logged everywhere', async () => {
    expect((await http(`${dashboard.url}/api/status?token=${tokens.admin}`)).status).toBe(401);
  });

  test('a query of 10 kB and an invalid body are bad requests without a stack', async () => {
    const long = await dashboard.get(`/api/orders?name=${'x'.repeat(10_000)}`);
    const broken = await http(`${dashboard.url}/api/dedupe/lookup`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.viewer}`, 'content-type': 'application/json' },
      body: '{"shop":',
    });
    for (const { status, text } of [long, broken]) {
      expect(status).toBe(400);
      expect(text).not.toMatch(/ at |node_modules/);
    }
  });

  test('an order is shown to a viewer', async () => {
    expect((await dashboard.getWith(`/api/orders/${ORDER}`, tokens.viewer ?? '')).status).toBe(200);
  });
});

/** Signs any claims, as anyone with the secret could. */
function signed(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const front = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${front}.${createHmac('sha256', JWT_SECRET).update(front).digest('base64url')}`;
}

function expectedOf(bearer: BearerName, least: Role | 'nobody'): true | 401 | 403 {
  if (least === 'nobody') return true;
  if (bearer === 'none') return 401;
  const roles: readonly Role[] = MAY_ACT_AS[bearer];
  return roles.includes(least) ? true : 403;
}

/** A route's path as a pattern, as the router reads it. */
function placesOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
