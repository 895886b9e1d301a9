import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog } from '../../src/system/log.ts';
import { openShopify } from '../../src/shop/shopify.ts';
import { OddShopify } from './odd-shopify.ts';
import { ServedApp, SHOP } from './served-app.ts';

/** Anyone who can reach the app can send such requests, as often as they like. */
describe('refused requests leave no trace', () => {
  let served: ServedApp;
  beforeEach(async () => {
    served = await ServedApp.start();
    served.shop.install(['read_orders']);
  });
  afterEach(() => served.stop());

  const audited = () => served.inside.collections.audit.countDocuments();

  test.each(['', '&code=1&state=1&timestamp=1', '&hmac=', '&hmac=a&hmac=b', `&hmac=${'0'.repeat(64)}`])(
    'a callback that Shopify did not sign (%j) does not reach MongoDB',
    async (query) => {
      const { length } = served.inside.commands;
      for (const place of ['/auth/callback', '/AUTH/Callback', '/auth/callback/'])
        expect((await served.get(`${place}?shop=${SHOP}${query}`)).status).toBe(400);
      expect(served.inside.commands.slice(length)).toEqual([]);
    },
  );

  test('a grant or an exchange that Shopify refuses is not audited', async () => {
    served.shop.troubles.add('forbidden', { at: 'tokens', times: 4 });
    expect((await served.grant()).answer.status).toBe(400);
    for (let again = 0; again < 3; again += 1) expect((await served.state()).json.connected).toBe(false);
    expect(await audited()).toBe(0);
    expect((await served.state()).json.connected).toBe(true);
    expect(await audited()).toBe(1);
  });

  test('a redirect from Shopify is not followed, so it does not pass on the secret', async () => {
    const elsewhere = await OddShopify.start();
    const odd = await OddShopify.start();
    try {
      odd.answer = () => ({ status: 307, headers: { location: `${elsewhere.url}/stolen` }, body: {} });
      const shopify = openShopify(
        { ...served.config, SHOPIFY_API_URL: odd.url },
        createLog('test', 'silent'),
      );
      await expect(shopify.auth.refreshToken({ shop: SHOP, refreshToken: 'shprt_x' })).rejects.toThrow(
        /Temporary Redirect/,
      );
      expect([odd.asked.length, elsewhere.asked.length]).toEqual([1, 0]);
    } finally {
      await odd.stop();
      await elsewhere.stop();
    }
  });
});
