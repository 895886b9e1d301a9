import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/operate/api/route.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { shopWithEverything, type ShopWithEverything } from './shop-with-everything.ts';

const REASON = { reason: 'a test of bound tokens' };

/** A valid body for each route that takes one, about what the shop has. */
const BODIES: Record<string, (of: ShopWithEverything) => object> = {
  'post /session': () => ({ token: 'x' }),
  'post /orders/{shop}/{orderId}/rebuild': () => ({ dryRun: true }),
  'post /completeness': ({ shop }) => ({ ...REASON, shop, from: '2026-10-01', to: '2026-10-31' }),
  'post /orders/rebuild': ({ shop }) => ({ shop, dryRun: true }),
  'post /dedupe/lookup': ({ shop }) => ({ shop, body: '{}' }),
  'post /dedupe/{event}/release': () => ({ ...REASON, confirm: true }),
  'post /locks/{shop}/{orderId}/release': ({ lock }) => ({ ...REASON, token: lock, insist: true }),
  'post /parked/replays': ({ parked, replay: id }) => ({ ...REASON, id, which: { events: [parked.event] } }),
  'post /parked/discards': ({ parked }) => ({ ...REASON, which: { events: [parked.event] }, dryRun: true }),
  'put /event-types/{source}/{name}': () => ({ ...REASON, schema: {} }),
  'put /destinations/{name}': () => ({ ...REASON, url: 'https://example.com/' }),
  'post /destinations/{name}/backfill': () => ({ ...REASON, from: 'beginning' }),
  'post /destinations/{name}/repair': ({ applied }) => ({ ...REASON, orders: [applied.order] }),
  'post /destinations/preview': ({ shop }) => ({ shops: [shop] }),
  'post /effects/replay': ({ applied }) => ({ ...REASON, filter: { order: applied.order } }),
  'post /effects/skip': ({ applied }) => ({ ...REASON, filter: { order: applied.order } }),
  'post /reconciles': ({ shop }) => ({ ...REASON, shop, since: '2h' }),
  'post /tokens': ({ shop }) => ({ ...REASON, name: 'eve', role: 'admin', shops: [shop] }),
};

/** Queries that ask for what the shop has, by each parameter of a list. */
const QUERIES: Record<string, (of: ShopWithEverything) => string[]> = {
  '/search': ({ names, applied, parked, waiting }) =>
    [names.order, names.webhook, applied.order, parked.order, waiting.order, applied.event, parked.event].map(
      (text) => `q=${encodeURIComponent(text)}`,
    ),
  '/orders': ({ shop, names }) => [
    '',
    `shop=${shop}`,
    `name=${encodeURIComponent(names.order)}`,
    'parked=1',
    'limit=1',
  ],
  '/events': ({ shop, names, applied }) => [
    '',
    'limit=1',
    'outcome=parked',
    'topic=orders/create',
    `shop=${shop}`,
    `order=${applied.order}`,
    `webhookId=${names.webhook}`,
    `hash=${applied.event}`,
  ],
  '/dedupe': ({ applied, names }) => [`event=${applied.event}`, `webhookId=${names.webhook}`],
  '/parked': ({ shop, parked }) => ['', `shop=${shop}`, `hash=${parked.event}`, 'limit=1'],
  '/reconciles': ({ shop }) => ['', `shop=${shop}`, 'limit=1'],
  '/completeness': ({ shop }) => ['', `shop=${shop}`, 'limit=1'],
  '/effects': ({ applied }) => ['', `order=${applied.order}`, 'destination=erp', 'limit=1'],
  '/changes': ({ shop }) => ['', `shop=${shop}`, 'limit=1'],
  '/reports/sales': ({ shop }) =>
    ['', `&shop=${shop}`].map((more) => `from=2026-11-01&to=2026-11-30&by=shop${more}`),
  '/shops': ({ shop }) => ['', `name=${shop}`],
  '/verify': ({ shop }) => [`shop=${shop}`],
  '/mailboxes': () => ['', 'limit=1'],
  '/events/{event}': () => ['', 'payload=1', `payload=1&reason=${REASON.reason}`],
  '/orders/{shop}/{orderId}': () => ['', `reason=${REASON.reason}`],
};

/** An answer, and the path and body of its request. */
type Answered = HttpAnswer & { asked: string };

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** Places of the route about what the shop has: one for each of its orders and events. */
function placesOf({ method, path }: Route, of: ShopWithEverything): string[] {
  const ids: Record<string, string> = {
    '/parked/': of.replay,
    '/reconciles/': of.pass,
    '/completeness/': of.check,
    '/effects/': of.effect,
    '/compliance/': of.request,
  };
  const [, id = '0123456789abcdef'] = Object.entries(ids).find(([area]) => path.startsWith(area)) ?? [];
  const filled = [of.applied, of.parked, of.waiting].map(({ order, event }) =>
    path
      .replace('{shop}', of.shop)
      .replace('{orderId}', order.split('/')[1] ?? '')
      .replace('{event}', event)
      .replace('{partition}', '0')
      .replace('{name}', 'erp')
      .replace('{id}', id),
  );
  const queries = method === 'get' ? (QUERIES[path]?.(of) ?? ['']) : [''];
  return [...new Set(filled)].flatMap((place) => queries.map((query) => `/api${place}?${query}`));
}

describe('a token that is bound to a shop', () => {
  let dashboard: ServedDashboard;
  let mine: ShopWithEverything;
  let theirs: ShopWithEverything;
  let token: string;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    mine = await shopWithEverything(dashboard, 'mallow', 7_100_000);
    theirs = await shopWithEverything(dashboard, 'thistle', 9_200_000);
    token = await mintToken(JWT_SECRET, { name: 'ada', role: 'admin', shops: [mine.shop] }, 1);
  });
  afterAll(async () => {
    await Promise.all([mine.lease.release(), theirs.lease.release()]);
    await dashboard.stop();
  });

  async function answersOf(route: Route, of: ShopWithEverything): Promise<Answered[]> {
    const body = BODIES[nameOf(route)]?.(of) ?? REASON;
    const asked = {
      method: route.method.toUpperCase(),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(route.body ? { body: JSON.stringify(body) } : {}),
    };
    const answers: Answered[] = [];
    for (const place of placesOf(route, of)) {
      const answer = await http(`${dashboard.url}${place}`, asked);
      answers.push({ ...answer, asked: place + JSON.stringify(body) });
    }
    return answers;
  }

  /** Also what a cursor contains. */
  function readable({ text, json }: HttpAnswer): string {
    const { cursor } = json;
    return typeof cursor === 'string' ? text + Buffer.from(cursor, 'base64url').toString() : text;
  }

  const EXPECTED = { own: [200, 401], global: [403], named: [404], filtered: [200, 403, 404] } as const;

  test('every route keeps other shops out, whatever the request', async () => {
    const walked = dashboard.routes.filter(({ stream, role }) => !stream && role !== 'source');
    expect(walked.length).toBeGreaterThan(50);
    for (const route of walked) {
      const expected: readonly number[] = typeof route.scope === 'string' ? EXPECTED[route.scope] : [404];
      for (const answer of await answersOf(route, theirs)) {
        expect([nameOf(route), expected, expected.includes(answer.status)]).toEqual([
          nameOf(route),
          expected,
          true,
        ]);
        const told = theirs.words.filter((word) => readable(answer).includes(word));
        // A refusal may repeat parts of the request.
        const news = told.filter((word) => answer.status === 200 || !answer.asked.includes(word));
        expect([nameOf(route), news]).toEqual([nameOf(route), []]);
      }
    }
  });

  test('no change of another shop is made, and each attempt is in the audit log', async () => {
    const { parked, reconciles, audit } = dashboard.collections;
    expect(await parked.countDocuments({ _id: theirs.parked.event, state: 'parked' })).toBe(1);
    expect(await reconciles.countDocuments({ shop: theirs.shop })).toBe(1);
    expect((await dashboard.get(`/api/dedupe/${theirs.applied.event}`)).status).toBe(200);
    expect((await dashboard.get(`/api/locks/${theirs.waiting.order}`)).status).toBe(200);
    const refused = await audit.distinct('action', { outcome: 'refused', who: 'ada' });
    // Ten a minute; further ones are only counted.
    expect(refused).toEqual(expect.arrayContaining(['order.unmask', 'event.payload', 'dedupe.release']));
  });

  test('what it sees of its own shop names no other, not even an action on both', async () => {
    const { audit, parked } = dashboard.collections;
    const ended = { outcome: 'done', detail: null, sealed: null } as const;
    const act = { at: new Date(), who: 'ada', role: 'operator', hash: 'h', ...ended } as const;
    const replay = randomUUID();
    const reason = `for ${theirs.shop}`;
    await audit.create([
      { ...act, _id: 900_001, reason, action: 'parked.replay', target: `replay ${replay}` },
      { ...act, _id: 900_002, reason, action: 'parked.discard', target: 'parked: all' },
    ]);
    await parked.updateOne({ _id: mine.parked.event }, { $set: { replay, acts: [900_002] } });
    const place = `/api/orders/${mine.parked.order}/timeline`;
    expect((await dashboard.get(place)).text).toContain(theirs.shop);
    const about = dashboard.routes.filter(
      ({ scope, stream, method }) => scope !== 'global' && !stream && method === 'get',
    );
    for (const route of about)
      for (const answer of await answersOf(route, mine)) {
        const told = theirs.words.filter((word) => readable(answer).includes(word));
        expect([nameOf(route), told]).toEqual([nameOf(route), []]);
      }
  });

  test('its own shop is shown by every route about shops', async () => {
    const silent: string[] = [];
    for (const route of dashboard.routes) {
      const isGlobal = route.scope === 'global' || route.scope === 'own';
      if (isGlobal || route.stream || (route.method !== 'get' && route.path !== '/dedupe/lookup')) continue;
      const answers = await answersOf(route, mine);
      const isShown = answers.some(
        (answer) => answer.status === 200 && mine.words.some((word) => readable(answer).includes(word)),
      );
      if (!isShown) silent.push(nameOf(route));
    }
    // The status names no shop; a lookup and verify only count; a request is named by its id.
    expect(silent).toEqual(['get /status', 'post /dedupe/lookup', 'get /verify']);
  });

  test('it changes what belongs to its own shop', async () => {
    const authorization = `Bearer ${token}`;
    const { order } = mine.waiting;
    const woken = await dashboard.tell(`/api/mailboxes/${order}/wake`, REASON, { authorization });
    expect([woken.status, woken.text]).toEqual([200, expect.stringContaining(order)]);
    const which = { shop: mine.shop };
    const discard = await dashboard.tell('/api/parked/discards', { ...REASON, which }, { authorization });
    expect(discard.json).toMatchObject({ discarded: 1 });
    const other = { ...REASON, which: { shop: theirs.shop }, dryRun: true };
    expect((await dashboard.tell('/api/parked/discards', other, { authorization })).status).toBe(404);
    const everything = await dashboard.tell(
      '/api/parked/discards',
      { ...REASON, which: {} },
      { authorization },
    );
    expect([everything.status, everything.json.errors]).toEqual([
      400,
      [{ pointer: '#/which/shop', detail: expect.stringContaining('name one') }],
    ]);
  });

  test.each(['Mallow.MyShopify.com', 'MALLOW.myshopify.com'])(
    '%s is its shop in another spelling',
    async (shop) => {
      const id = mine.applied.order.split('/')[1];
      expect((await dashboard.getWith(`/api/orders/${shop}/${id}`, token)).status).toBe(200);
    },
  );

  test.each([
    'Thistle.MyShopify.com',
    'mallow.myshopify.com%2f1',
    'mallow.myshopify.com,thistle.myshopify.com',
    '-',
  ])('%s is not its shop', async (shop) => {
    const id = theirs.applied.order.split('/')[1];
    expect((await dashboard.getWith(`/api/orders/${shop}/${id}`, token)).status).toBe(404);
  });

  test('the live stream has no figures of other shops', async () => {
    const stopping = new AbortController();
    const stream = await fetch(`${dashboard.url}/api/live`, {
      signal: stopping.signal,
      headers: { authorization: `Bearer ${token}` },
    });
    const { value } = await stream.body!.getReader().read();
    stopping.abort();
    const text = Buffer.from(value!).toString();
    const status = /"status":(\{.*?\}\})/.exec(text)?.[1] ?? text;
    expect(status).toContain('"waitingEvents":null');
    expect(theirs.words.filter((word) => text.includes(word))).toEqual([]);
  });

  test.each(['/queues/raw', '/load-tests/flash-sale-2026-11-21T09-32-59.html'])(
    '%s is refused',
    async (place) => {
      expect((await dashboard.getWith(place, token)).status).toBe(403);
    },
  );

  test('a page and a one-time link made from it are bound, too', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const link = await http(`${dashboard.url}/api/session/once`, { method: 'POST', headers, body: '{}' });
    const signedIn = await dashboard.tell('/api/session', { once: link.json.code });
    expect(signedIn.json.shops).toEqual([mine.shop]);
    const [cookie = ''] = String(signedIn.headers['set-cookie']).split(';');
    const ask = (place: string) =>
      http(`${dashboard.url}/api${place}`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    expect((await ask(`/orders/${mine.applied.order}`)).status).toBe(200);
    expect((await ask(`/orders/${theirs.applied.order}`)).status).toBe(404);
    expect((await ask('/session')).json.shops).toEqual([mine.shop]);
  });

  test('a token that it makes is bound to the same shops, or fewer', async () => {
    const authorization = `Bearer ${token}`;
    const asked = { ...REASON, name: 'bob', role: 'viewer' };
    const made = await dashboard.tell('/api/tokens', asked, { authorization });
    expect([made.status, made.json.shops]).toEqual([200, [mine.shop]]);
    const beyond = { ...asked, shops: [mine.shop, theirs.shop] };
    expect((await dashboard.tell('/api/tokens', beyond, { authorization })).status).toBe(403);
    const orders = (await dashboard.getWith('/api/orders', String(made.json.token))).text;
    expect([orders.includes(mine.shop), orders.includes(theirs.shop)]).toEqual([true, false]);
  });

  test('the list of tokens shows to which shops each is bound', async () => {
    const asked = { ...REASON, name: 'carol', role: 'viewer', shops: ['Mallow.myshopify.com'] };
    const minted = await dashboard.post('/api/tokens', asked, 'admin');
    const { json } = await dashboard.get('/api/tokens', 'admin');
    const row = (json.tokens as { id: string }[]).find(({ id }) => id === minted.json.id);
    expect(row).toMatchObject({ name: 'carol', shops: ['mallow.myshopify.com'] });
  });
});
