import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReconcileStore } from '../../src/persist/reconcile-store.ts';
import type { ShopDetail, ShopList } from '../../src/operate/shapes/shops.ts';
import { subscriptionWords } from '../../src/operate/status/subscription-words.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedDashboard } from './served-dashboard.ts';
import { install, INSTALLED_AT, request } from './shop-records.ts';

const [SHOP, GONE, QUIET, STRANGE] = [
  'example.myshopify.com',
  'gone.myshopify.com',
  'quiet.myshopify.com',
  'strange.myshopify.com',
];
const LAPSED = 'its tokens have lapsed';

describe('shops and their installs', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());
  beforeEach(async () => {
    const { shops, sessions, compliance, reconciles } = dashboard.collections;
    await dashboard.redis.flushdb();
    await Promise.all(
      [shops, sessions, compliance, reconciles].map(({ collection }) => collection.deleteMany({})),
    );
  });

  const sent = (shop: string) =>
    dashboard.depositor.deposit(waitingEvent('orders/paid', {}, { order: keyOf('1', shop) }), null);
  const list = async (query = '') => (await dashboard.get(`/api/shops${query}`)).json as unknown as ShopList;
  const one = async (shop: string) =>
    (await dashboard.get(`/api/shops/${shop}`)).json as unknown as ShopDetail;
  const ask = (how: object) => {
    const usual = {
      shop: SHOP,
      how: 'pages',
      since: null,
      dryRun: true,
      who: 'ada',
      reason: 'to look',
    } as const;
    const store = createReconcileStore(dashboard.collections, Date.now);
    return store.ask({ ...usual, until: new Date(), ...how });
  };

  test('a row has the install and the traffic, and of the token only its expiry', async () => {
    const checkedAt = new Date('2026-11-20T12:00:00.000Z');
    await install(dashboard.collections, SHOP, {
      attention: LAPSED,
      reconciledTo: INSTALLED_AT,
      repaired: 4,
      subscriptions: { checkedAt, missing: ['returns/close'], doubled: [] },
    });
    await sent(SHOP);
    const { shops, total } = await list();
    expect(total).toBe(1);
    expect(shops).toEqual([
      {
        shop: SHOP,
        waitingEvents: 1,
        events24h: 1,
        share: 1,
        lastEventAt: expect.any(String),
        lastWebhookAt: null,
        state: 'installed',
        installedAt: INSTALLED_AT.toISOString(),
        uninstalledAt: null,
        scopes: ['read_orders'],
        attention: LAPSED,
        reconciledTo: INSTALLED_AT.toISOString(),
        repaired: 4,
        subscriptions: {
          checkedAt: checkedAt.toISOString(),
          missing: ['returns/close'],
          doubled: [],
          says: [expect.stringContaining('did not grant the scope that returns/close needs')],
        },
        token: {
          expires: '2026-11-20T11:00:00.000Z',
          refreshExpires: '2027-02-18T10:00:00.000Z',
          key: 'first',
        },
        redactedAt: null,
      },
    ]);
    const { text } = await dashboard.get('/api/shops');
    expect(text).not.toMatch(/sealed|a-sealed-token/);
    expect(text).not.toContain(Buffer.from('a-sealed-token').toString('base64'));
  });

  test('a shop that uninstalled needs no attention; one that never installed is unknown; one that sent nothing is listed', async () => {
    const redactedAt = new Date('2026-11-23T10:00:00.000Z');
    await install(dashboard.collections, GONE, {
      state: 'uninstalled',
      uninstalledAt: INSTALLED_AT,
      attention: LAPSED,
      redactedAt,
    });
    await install(dashboard.collections, QUIET);
    await sent(STRANGE);
    const { shops, total } = await list();
    expect(total).toBe(3);
    expect(
      shops.map(({ shop, state, attention, token }) => [shop, state, attention, token !== null]),
    ).toEqual([
      [STRANGE, 'unknown', null, false],
      [GONE, 'uninstalled', null, false],
      [QUIET, 'installed', null, true],
    ]);
    expect(shops[1]).toMatchObject({
      uninstalledAt: INSTALLED_AT.toISOString(),
      redactedAt: redactedAt.toISOString(),
    });
  });

  test('a part of a name also finds shops that sent nothing, and is not a pattern', async () => {
    for (const shop of [SHOP, QUIET, GONE]) await install(dashboard.collections, shop);
    await sent(SHOP);
    expect((await list('?name=QUI')).shops.map(({ shop }) => shop)).toEqual([QUIET]);
    expect(await list('?name=.*')).toEqual({ shops: [], total: 0 });
    expect((await list('?name=myshopify.com')).total).toBe(3);
  });

  test('at most 200, those with events first; the total counts all', async () => {
    const many = Array.from({ length: 210 }, (_, i) => `s${String(i).padStart(3, '0')}.myshopify.com`);
    await dashboard.collections.shops.insertMany(
      many.map((_id) => ({ _id, state: 'installed', installedAt: INSTALLED_AT, scopes: [] })),
    );
    await sent('s209.myshopify.com');
    await sent(STRANGE);
    const { shops, total } = await list();
    expect([shops.length, total]).toEqual([200, 211]);
    expect(shops.slice(0, 3).map(({ shop }) => shop)).toEqual([
      's209.myshopify.com',
      STRANGE,
      's000.myshopify.com',
    ]);
  });

  test('one shop: its last five passes, and its open requests, without the customer', async () => {
    await install(dashboard.collections, SHOP);
    for (let i = 0; i < 7; i += 1) await ask({ reason: `pass ${i}` });
    await ask({ shop: QUIET });
    await request(dashboard.collections, SHOP, { _id: 'a'.repeat(64), state: 'done' });
    await request(dashboard.collections, QUIET, { _id: 'b'.repeat(64) });
    const later = new Date(INSTALLED_AT.getTime() + 40 * 86_400_000);
    await request(dashboard.collections, SHOP, { _id: 'c'.repeat(64), dueAt: later, kind: 'shop/redact' });
    await request(dashboard.collections, SHOP, { _id: 'd'.repeat(64), state: 'working', passes: 2 });
    const { reconciles, requests, ...row } = await one(SHOP);
    expect(row).toEqual((await list(`?name=${SHOP}`)).shops[0]);
    expect(reconciles).toHaveLength(5);
    expect(new Set(reconciles.map(({ shop }) => shop))).toEqual(new Set([SHOP]));
    expect(requests).toEqual([
      {
        id: 'd'.repeat(64),
        kind: 'customers/redact',
        receivedAt: INSTALLED_AT.toISOString(),
        dueAt: '2026-12-20T10:00:00.000Z',
        state: 'working',
        passes: 2,
      },
      expect.objectContaining({ id: 'c'.repeat(64), kind: 'shop/redact', dueAt: later.toISOString() }),
    ]);
    expect((await dashboard.get(`/api/shops/${SHOP}`)).text).not.toMatch(/207119551|5820001001000/);
  });

  test('a shop that only sent events is shown; an unknown one is a 404 that says what was searched', async () => {
    await sent(STRANGE);
    expect(await one(STRANGE)).toMatchObject({
      state: 'unknown',
      waitingEvents: 1,
      reconciles: [],
      requests: [],
    });
    const { status, json } = await dashboard.get(`/api/shops/${QUIET}`);
    expect(status).toBe(404);
    expect(json.detail).toMatch(/quiet\.myshopify\.com never installed .*collection shops.*Redis/);
    expect((await dashboard.get('/api/shops/no%20shop')).status).toBe(400);
  });

  test('the status, its sentence and the metrics say how many there are and which need attention', async () => {
    const { collections } = dashboard;
    await install(collections, SHOP);
    await install(collections, GONE, { state: 'uninstalled', attention: LAPSED });
    const counts = async () => (await dashboard.get('/api/status')).json.shops;
    expect(await counts()).toEqual({ installed: 1, uninstalled: 1, needAttention: 0, first: null });
    await install(collections, QUIET, { attention: LAPSED });
    await collections.shops.updateOne({ _id: SHOP }, { attention: LAPSED });
    expect(await counts()).toEqual({ installed: 2, uninstalled: 1, needAttention: 2, first: SHOP });
    const { text } = await dashboard.getWith('/metrics', null);
    expect(text).toContain('lockstep_shops{state="installed"} 2');
    expect(text).toContain('lockstep_shops{state="uninstalled"} 1');
    expect(text).toContain('lockstep_shops_in_need 2');
  });
});

describe('problems of subscriptions in words', () => {
  test.each([
    [[], [], []],
    [['a/b'], [], [/the scope that a\/b needs, so Shopify does not send such webhooks/]],
    [['a/a', 'a/b', 'a/c', 'a/d', 'a/e'], [], [/the scope that a\/a, a\/b, a\/c and 2 more need,/]],
    [['a/b'], ['c/d', 'e/f'], [/a\/b/, /^c\/d, e\/f are also subscribed/]],
  ])('missing %j, doubled %j', (missing, doubled, words) => {
    expect(subscriptionWords({ missing, doubled })).toEqual(words.map((each) => expect.stringMatching(each)));
  });
});
