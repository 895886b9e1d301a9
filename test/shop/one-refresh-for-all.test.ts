import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ServedApp, SHOP } from './served-app.ts';

describe('an access token that has expired', () => {
  let served: ServedApp;
  beforeEach(async () => {
    // Less than the five minutes before its end in which a token is refreshed.
    served = await ServedApp.start({ tokenSeconds: 60 });
    served.shop.install(['read_orders']);
    expect((await served.state()).json.connected).toBe(true);
  });
  afterEach(() => served.stop());

  const attention = async () => (await served.inside.collections.shops.findById(SHOP).lean())?.attention;

  test('20 workers ask for it: one refresh, and all get the same that works', async () => {
    const longer = await ServedApp.start();
    try {
      longer.shop.install(['read_orders']);
      await longer.state();
      const workers = Array.from({ length: 20 }, () => longer.compose());
      const first = await workers[0]!.tokens.of(SHOP);
      await workers[0]!.tokens.refused(SHOP, first);
      const got = await Promise.all(workers.flatMap(({ tokens }) => [tokens.of(SHOP), tokens.of(SHOP)]));
      expect(longer.shop.calls.refreshes).toBe(1);
      expect(new Set(got).size).toBe(1);
      expect(got[0]).not.toBe(first);
      expect(longer.shop.tokens.isGood(got[0]!)).toBe(true);
    } finally {
      await longer.stop();
    }
  });

  test('Shopify refreshes, and its answer is cut off: the next try works with the token that is kept', async () => {
    served.shop.troubles.add('cut_off', { at: 'tokens' });
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'shopify_away' });
    const token = await served.app.tokens.of(SHOP);
    expect(served.shop.tokens.isGood(token)).toBe(true);
    expect(served.shop.calls.refreshes).toBe(2);
    expect(await attention()).toBeNull();
  });

  test('Shopify is away: that is said, and nothing of the token', async () => {
    served.shop.troubles.add('internal_error', { at: 'tokens' });
    const failure = await served.app.tokens.of(SHOP).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'shopify_away' });
    expect(String(failure)).not.toMatch(/shp(at|rt)_/);
    expect(await attention()).toBeNull();
  });

  test('ninety days are over: the merchant must come, is told so, and that ends it', async () => {
    served.shop.tokens.expireRefresh();
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect(await attention()).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
    expect(await attention()).toBeNull();
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
  });

  test('a seal that does not open: said, and mended by opening the page', async () => {
    const text = Buffer.from('damaged');
    await served.inside.collections.sessions.updateMany({}, { $set: { 'sealed.text': text } });
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect(await attention()).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
  });

  test('a shop that never installed has none', async () => {
    await expect(served.app.tokens.of('other.myshopify.com')).rejects.toMatchObject({
      code: 'not_installed',
    });
  });
});
