import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLastWebhooks } from '../../src/deposit/last-webhooks.ts';
import type { ShopDomain } from '../../src/order/identity.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { createShopReader } from '../../src/operate/status/shop-reader.ts';
import { BY, keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedApp, SHOP } from './served-app.ts';

const DAY_MS = 86_400_000;

/**
 * The page used to say that all was well before a first comparison, with parked events, and with lost
 * webhooks.
 */
describe("the merchant's page", () => {
  let served: ServedApp;
  beforeAll(async () => {
    served = await ServedApp.start();
    served.shop.install(['read_orders']);
  });
  afterAll(() => served.stop());
  const sentence = async () => (await served.state()).json.sentence;
  const figures = async () => {
    const told = (await served.state()).json.figures as { name: string; value: string }[];
    return Object.fromEntries(told.map(({ name, value }) => [name, value]));
  };
  const pass = (found: { missing: number; stale: number; since: Date | null }) =>
    served.inside.collections.reconciles.create({
      _id: randomUUID(),
      shop: SHOP,
      how: 'pages',
      until: new Date(),
      dryRun: false,
      who: 'schedule',
      reason: 'on schedule',
      state: 'done',
      askedAt: new Date(),
      ...found,
    });

  test('says that orders are up to date only after they were compared with Shopify', async () => {
    expect(await sentence()).toBe("Your orders have not been compared with Shopify's yet.");
    await served.inside.collections.shops.updateOne({ _id: SHOP }, { $set: { reconciledTo: new Date() } });
    expect(await sentence()).toBe('Your orders are up to date.');
  });

  test('counts fetched orders as lost webhooks, except for those of the first comparison', async () => {
    await pass({ missing: 300, stale: 0, since: null });
    expect(await sentence()).toBe('Your orders are up to date.');
    await pass({ missing: 13, stale: 6, since: new Date(0) });
    expect(await sentence()).toBe(
      'Updates for 19 orders had not arrived. Lockstep has fetched them from Shopify.',
    );
    await pass({ missing: 0, stale: 0, since: new Date(0) });
    expect(await sentence()).toBe('Your orders are up to date.');
  });

  test('says how many events could not be applied', async () => {
    const order = keyOf('7', SHOP);
    const rejected = {
      waiting: waitingEvent('orders/paid', { id: 7 }, { order }),
      because: 'x',
      attempts: 1,
    };
    await served.inside.tools.journal.write({ ended: [], rejected: [rejected], now: 0, by: BY });
    expect(await sentence()).toBe('Not all orders are up to date: 1 update could not be applied.');
  });

  test('shows when the last webhook came; fetched orders do not count', async () => {
    const { redis, depositor, partitions } = served.inside;
    await depositor.deposit(waitingEvent('reconcile/order', {}, { order: keyOf('8', SHOP) }), null);
    expect(await figures()).toMatchObject({ 'Last update from Shopify': 'never' });
    const reader = createShopReader(redis, partitions);
    expect(await reader.one(SHOP)).toMatchObject({ lastEventAt: expect.any(String), lastWebhookAt: null });
    const key = redisKeys(0).lastWebhooks;
    const heard = createLastWebhooks(redis, key);
    heard.heard(SHOP as ShopDomain);
    await heard.stop?.();
    expect(await reader.one(SHOP)).toMatchObject({ lastWebhookAt: expect.any(String) });
    expect((await figures())['Last update from Shopify']).toMatch(/^\d s ago$/);
    await redis.zincrby(key, -2 * DAY_MS, SHOP);
    expect((await figures())['Last update from Shopify']).toBe('2 days ago');
  });
});
