import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ServedApp, SHOP } from './served-app.ts';

describe('the authorization code grant', () => {
  let served: ServedApp;
  beforeEach(async () => {
    served = await ServedApp.start();
  });
  afterEach(() => served.stop());

  const record = () => served.inside.collections.shops.findById(SHOP).lean();

  test('installs the shop: a working token, encrypted; a record; an entry in the audit log', async () => {
    const { answer } = await served.grant();
    expect([answer.status, answer.headers.location]).toEqual([302, expect.stringContaining('/apps/')]);
    expect(await record()).toMatchObject({ state: 'installed', attention: null });
    const token = await served.app.tokens.of(SHOP);
    expect(served.shop.tokens.isGood(token)).toBe(true);
    expect(served.shop.calls).toMatchObject({ codes: 1, refreshes: 0 });
    expect(await served.inside.collections.audit.find().lean()).toEqual([
      expect.objectContaining({ action: 'shop.install', target: SHOP, who: 'shopify', outcome: 'done' }),
    ]);
    expect(await served.dump()).not.toMatch(/shp(at|rt)_/);
  });

  test.each([
    ['a forged state', (url: URL) => url.searchParams.set('state', '0'.repeat(15))],
    ['a forged signature', (url: URL) => url.searchParams.set('hmac', '0'.repeat(64))],
    ['another shop', (url: URL) => url.searchParams.set('shop', 'b-shop.myshopify.com')],
    ['another code', (url: URL) => url.searchParams.set('code', 'f00d')],
    ['no signature', (url: URL) => url.searchParams.delete('hmac')],
  ])('%s is refused with a text that does not repeat it, and nothing is stored', async (_what, change) => {
    const { answer } = await served.grant(change);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('To open Lockstep, go to Apps in your Shopify admin');
    expect(answer.text).not.toMatch(/f00d|at .*\.ts/);
    expect(await record()).toBeNull();
    expect(await served.inside.collections.sessions.countDocuments()).toBe(0);
  });

  test('a replayed callback, or one without the cookie from /auth, is refused', async () => {
    const first = await served.grant();
    expect((await served.get(first.place, { cookie: first.cookie })).status).toBe(400);
    const other = await served.grant(undefined, 'shopify_app_state=x');
    expect(other.answer.status).toBe(400);
    expect(served.shop.calls.codes).toBe(1);
  });

  test('Shopify refuses, is down, or answers nonsense: nothing is stored, and the next try installs the shop', async () => {
    for (const trouble of ['forbidden', 'unavailable', 'not_json', 'empty', 'cut_off'] as const) {
      served.shop.troubles.add(trouble, { at: 'tokens' });
      expect((await served.grant()).answer.status).toBe(400);
      expect(await record()).toBeNull();
    }
    expect((await served.grant()).answer.status).toBe(302);
    expect((await record())?.state).toBe('installed');
  });
});

describe('token exchange by the embedded page', () => {
  let served: ServedApp;
  beforeEach(async () => {
    served = await ServedApp.start();
    served.shop.install(['read_orders', 'read_fulfillments']);
  });
  afterEach(() => served.stop());

  test('the first request installs the shop; further ones do not call Shopify', async () => {
    expect((await served.state()).json).toMatchObject({
      connected: true,
      sentence: "Your orders have not been compared with Shopify's yet.",
    });
    await Promise.all([served.state(), served.state(), served.state()]);
    expect(served.shop.calls).toMatchObject({ exchanges: 1, refusedGrants: 0 });
    const { scopes } = (await served.inside.collections.shops.findById(SHOP).lean())!;
    expect(scopes).toEqual(['read_orders', 'read_fulfillments']);
    expect(await served.dump()).not.toMatch(/shp(at|rt)_/);
  });

  test('many first requests at once: the stored token works', async () => {
    await Promise.all(Array.from({ length: 8 }, () => served.state()));
    const token = await served.app.tokens.of(SHOP);
    await served.app.tokens.refused(SHOP, token);
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
  });

  test('Shopify is down: the page says so, and the next request installs the shop', async () => {
    served.shop.troubles.add('unavailable', { at: 'tokens' });
    expect((await served.state()).json).toMatchObject({
      connected: false,
      sentence: 'Action needed.',
      attention: [expect.stringContaining('Reload this page')],
    });
    expect((await served.state()).json.connected).toBe(true);
  });

  test.each([
    'expired',
    'endless',
    'not_yet',
    'other_app',
    'other_secret',
    'other_issuer',
    'unsigned',
  ] as const)('a session token that is %s: 401, and Shopify is not called', async (kind) => {
    const { status, text } = await served.state(served.shop.sessionToken(kind));
    expect([status, text]).toEqual([401, '{"error":"missing or invalid session token"}']);
    expect(served.shop.calls.exchanges).toBe(0);
  });

  test('a token of one shop shows nothing of another', async () => {
    await served.state();
    await served.inside.collections.shops.updateOne({ _id: SHOP }, { $set: { repaired: 4711 } });
    const other = served.shopify.shop('b-shop.myshopify.com');
    other.install(['read_orders']);
    expect((await served.state()).text).toContain('4,711');
    expect((await served.state(other.sessionToken())).text).not.toContain('4,711');
  });
});
