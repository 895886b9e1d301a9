import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shopBook } from '../../src/shop/shop-book.ts';
import { ServedApp, SHOP } from './served-app.ts';

const FORBIDDEN = 'orders cannot be reconciled: Shopify refused: access is forbidden (403)';

describe('a shop that is in', () => {
  let served: ServedApp;
  beforeEach(async () => {
    served = await ServedApp.start();
    served.shop.install(['read_orders']);
    expect((await opened()).connected).toBe(true);
  });
  afterEach(() => served.stop());

  /** What the page asks first. */
  const opened = async () => {
    const authorization = `Bearer ${served.shop.sessionToken()}`;
    return (await served.get('/app/state?opened', { authorization })).json;
  };
  const shops = () => shopBook(served.inside.collections);
  const record = async () => (await shops().find(SHOP))!;
  const session = async () => (await served.inside.collections.sessions.findOne({ shop: SHOP }).lean())!;
  const exchanges = () => served.shop.calls.exchanges;

  test('and well is asked for by one query when its page is opened, and by none while it is looked at', async () => {
    const { queries } = served.shop.calls;
    expect((await opened()).attention).toEqual([]);
    expect(served.shop.calls.queries).toBe(queries + 1);
    await served.state();
    expect(served.shop.calls.queries).toBe(queries + 1);
    expect(exchanges()).toBe(1);
  });

  test('is asked for twenty times a minute at most, whoever opens it how often', async () => {
    const authorization = `Bearer ${served.shop.sessionToken()}`;
    const before = served.shop.calls.queries;
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => served.get('/app/state?opened', { authorization })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(20);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers['retry-after']).toBeDefined();
    expect(served.shop.calls.queries - before).toBeLessThan(20);
    // Who looks on is not held up by that.
    expect((await served.state()).status).toBe(200);
  });

  test('left and came back before anybody heard of it: opening takes it in again, and the news is stale', async () => {
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
    'and of which Shopify does not tell (%s) is left as it is',
    async (trouble) => {
      served.shop.troubles.add(trouble);
      expect(await opened()).toMatchObject({ connected: true, attention: [] });
      expect(exchanges()).toBe(1);
    },
  );

  test('has other trouble: new tokens do not take that back, and looking on asks for none', async () => {
    await shops().attention(SHOP, FORBIDDEN);
    served.shop.troubles.add('forbidden');
    expect(await opened()).toMatchObject({ sentence: 'Lockstep needs you.', attention: [FORBIDDEN] });
    expect(exchanges()).toBe(2);
    for (let again = 0; again < 3; again += 1)
      expect((await served.state()).json.attention).toEqual([FORBIDDEN]);
    await served.app.tokens.refused(SHOP, await served.app.tokens.of(SHOP));
    await served.app.tokens.of(SHOP);
    expect([exchanges(), (await record()).attention]).toEqual([2, FORBIDDEN]);
  });

  test('and lost its tokens says so, and looking at its page is enough', async () => {
    await served.inside.collections.sessions.deleteMany({});
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect((await record()).attention).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
  });

  test('whose token was refused on its way out: what is kept of it goes with the uninstall', async () => {
    const token = await served.app.tokens.of(SHOP);
    const { storedAt } = await session();
    await served.app.tokens.refused(SHOP, token);
    expect((await session()).storedAt).toEqual(storedAt);
    expect(await shops().uninstalled(SHOP, new Date())).toBe('counts');
    expect(await served.inside.collections.sessions.countDocuments()).toBe(0);
    await served.app.tokens.refused(SHOP, token);
    expect(await served.inside.collections.sessions.countDocuments()).toBe(0);
  });

  test('out of which it goes: nothing needs attention any more, whatever is still found', async () => {
    await shops().attention(SHOP, FORBIDDEN);
    await shops().uninstalled(SHOP, new Date());
    expect((await record()).attention).toBeNull();
    await shops().attention(SHOP, FORBIDDEN);
    await shops().tokensWork(SHOP, false);
    expect((await record()).attention).toBeNull();
  });
});
