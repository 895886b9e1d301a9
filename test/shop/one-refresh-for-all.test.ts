import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ServedApp, SHOP } from './served-app.ts';

describe('an access token that has expired', () => {
  let served: ServedApp;
  beforeEach(async () => {
    // Less than the five minutes before its expiry in which a token is refreshed.
    served = await ServedApp.start({ tokenSeconds: 60 });
    served.shop.install(['read_orders']);
    expect((await served.state()).json.connected).toBe(true);
  });
  afterEach(() => served.stop());

  const attention = async () => (await served.inside.collections.shops.findById(SHOP).lean())?.attention;

  test('20 workers request it: one refresh, and all get the same working token', async () => {
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

  test("Shopify's answer to a refresh is cut off: the next try works with the stored token", async () => {
    served.shop.troubles.add('cut_off', { at: 'tokens' });
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'shopify_away' });
    const token = await served.app.tokens.of(SHOP);
    expect(served.shop.tokens.isGood(token)).toBe(true);
    expect(served.shop.calls.refreshes).toBe(2);
    expect(await attention()).toBeNull();
  });

  test('Shopify is down: the error says so, without the token', async () => {
    served.shop.troubles.add('internal_error', { at: 'tokens' });
    const failure = await served.app.tokens.of(SHOP).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'shopify_away' });
    expect(String(failure)).not.toMatch(/shp(at|rt)_/);
    expect(await attention()).toBeNull();
  });

  test('the refresh token has expired: the merchant is asked to open the app, and that fixes it', async () => {
    served.shop.tokens.expireRefresh();
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect(await attention()).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
    expect(await attention()).toBeNull();
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
  });

  test('the stored token cannot be decrypted: the merchant is asked to open the app, and that fixes it', async () => {
    const text = Buffer.from('damaged');
    await served.inside.collections.sessions.updateMany({}, { $set: { 'sealed.text': text } });
    await expect(served.app.tokens.of(SHOP)).rejects.toMatchObject({ code: 'not_installed' });
    expect(await attention()).toMatch(/open the app/);
    expect((await served.state()).json).toMatchObject({ connected: true, attention: [] });
    expect(served.shop.tokens.isGood(await served.app.tokens.of(SHOP))).toBe(true);
  });

  test('a shop that never installed has no token', async () => {
    await expect(served.app.tokens.of('other.myshopify.com')).rejects.toMatchObject({
      code: 'not_installed',
    });
  });
});
