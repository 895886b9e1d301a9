import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createShopStore } from '../../src/persist/shop-store.ts';
import { ServedApp, SHOP } from './served-app.ts';

const FORBIDDEN = 'orders cannot be reconciled: Shopify refused: access is forbidden (403)';

describe('an installed shop', () => {
  let served: ServedApp;
  beforeEach(async () => {
    served = await ServedApp.start();
    served.shop.install(['read_orders']);
    expect((await opened()).connected).toBe(true);
  });
  afterEach(() => served.stop());

  /** The page's first request. */
  const opened = async () => {
    const authorization = `Bearer ${served.shop.sessionToken()}`;
    return (await served.get('/app/state?opened', { authorization })).json;
  };
  const shops = () => createShopStore(served.inside.collections);
  const record = async () => (await shops().find(SHOP))!;
  const session = async () => (await served.inside.collections.sessions.findOne({ shop: SHOP }).lean())!;
  const exchanges = () => served.shop.calls.exchanges;

  test('with working tokens causes one query when its page is opened, and none while it stays open', async () => {
    const { queries } = served.shop.calls;
    expect((await opened()).attention).toEqual([]);
    expect(served.shop.calls.queries).toBe(queries + 1);
    await served.state();
    expect(served.shop.calls.queries).toBe(queries + 1);
    expect(exchanges()).toBe(1);
  });

  test('causes at most twenty queries a minute, however often its page is opened', async () => {
    const authorization = `Bearer ${served.shop.sessionToken()}`;
    const before = served.shop.calls.queries;
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => served.get('/app/state?opened', { authorization })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(20);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers['retry-after']).toBeDefined();
    expect(served.shop.calls.queries - before).toBeLessThan(20);
    // Pages that are already open are not affected.
    expect((await served.state()).status).toBe(200);
  });

  test('that was uninstalled and reinstalled: opening the page installs it again, and the late webhook is stale', async () => {
    const before = new Date();
    served.shop.uninstall();
    served.shop.reinstall();
    expect(await opened()).toMatchObject({ connected: true, attention: [] });
    expect(exchanges()).toBe(2);
    expect(await shops().uninstalled(SHOP, before)).toBe('stale');
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
    expect((await record()).state).toBe('installed');
  });

  test.each(['unavailable', 'throttled', 'cut_off'] as const)(
    'is not changed if Shopify gives no answer (%s)',
    async (trouble) => {
      served.shop.troubles.add(trouble);
      expect(await opened()).toMatchObject({ connected: true, attention: [] });
      expect(exchanges()).toBe(1);
    },
  );

  test('with another problem keeps it despite new tokens, and its open page requests no more tokens', async () => {
    await shops().attention(SHOP, FORBIDDEN);
    served.shop.troubles.add('forbidden');
    expect(await opened()).toMatchObject({ sentence: 'Action needed.', attention: [FORBIDDEN] });
    expect(exchanges()).toBe(2);
    for (let again = 0; again < 3; again += 1)
      expect((await served.state()).json.attention).toEqual([FORBIDDEN]);
    await served.app.tokens.refused(SHOP, await served.app.tokens.of(SHOP));
    await served.app.tokens.of(SHOP);
    expect([exchanges(), (await record()).attention]).toEqual([2, FORBIDDEN]);
  });

  test('without tokens asks the merchant to open the app, and that is enough', async () => {
    await served.inside.collections.sessions.deleteMany({});
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect((await record()).attention).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
  });

  test('whose token was refused shortly before the uninstall: the uninstall deletes its session', async () => {
    const token = await served.app.tokens.of(SHOP);
    const { storedAt } = await session();
    await served.app.tokens.refused(SHOP, token);
    expect((await session()).storedAt).toEqual(storedAt);
    expect(await shops().uninstalled(SHOP, new Date())).toBe('counts');
    expect(await served.inside.collections.sessions.countDocuments()).toBe(0);
    await served.app.tokens.refused(SHOP, token);
    expect(await served.inside.collections.sessions.countDocuments()).toBe(0);
  });

  test('that uninstalls no longer needs attention, whatever is reported afterwards', async () => {
    await shops().attention(SHOP, FORBIDDEN);
    await shops().uninstalled(SHOP, new Date());
    expect((await record()).attention).toBeNull();
    await shops().attention(SHOP, FORBIDDEN);
    await shops().tokensWork(SHOP, false);
    expect((await record()).attention).toBeNull();
  });
});
