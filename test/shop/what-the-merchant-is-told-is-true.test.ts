import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lastWebhooks } from '../../src/deposit/last-webhooks.ts';
import type { ShopDomain } from '../../src/order/identity.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { shopReader } from '../../src/watch/status/shop-reader.ts';
import { BY, keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedApp, SHOP } from './served-app.ts';

const DAY_MS = 86_400_000;

/** The page said "in step" before a first comparison, with parked orders, and while all webhooks were lost. */
describe('what the merchant is told is true', () => {
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

  test('in step only once its orders were compared with those of Shopify', async () => {
    expect(await sentence()).toBe("Your orders have not been compared with Shopify's yet.");
    await served.inside.collections.shops.updateOne({ _id: SHOP }, { $set: { reconciledTo: new Date() } });
    expect(await sentence()).toBe('Your orders are in step.');
  });

  test('orders that were there before the app are no lost webhooks; later ones are', async () => {
    await pass({ missing: 300, stale: 0, since: null });
    expect(await sentence()).toBe('Your orders are in step.');
    await pass({ missing: 13, stale: 6, since: new Date(0) });
    expect(await sentence()).toBe('Webhooks of 19 orders were lost; Lockstep has fetched them from Shopify.');
    await pass({ missing: 0, stale: 0, since: new Date(0) });
    expect(await sentence()).toBe('Your orders are in step.');
  });

  test('not with an event that could not be applied', async () => {
    const order = keyOf('7', SHOP);
    const rejected = {
      waiting: waitingEvent('orders/paid', { id: 7 }, { order }),
      because: 'x',
      attempts: 1,
    };
    await served.inside.tools.journal.write({ ended: [], rejected: [rejected], now: 0, by: BY });
    expect(await sentence()).toBe('Your orders are not all in step: 1 event could not be applied.');
  });

  test('the last webhook is one that Shopify sent, not what a comparison fetched; in words', async () => {
    const { redis, depositor, partitions } = served.inside;
    await depositor.deposit(waitingEvent('reconcile/order', {}, { order: keyOf('8', SHOP) }), null);
    expect(await figures()).toMatchObject({ 'Last webhook': 'none yet' });
    const reader = shopReader(redis, partitions);
    expect(await reader.one(SHOP)).toMatchObject({ lastEventAt: expect.any(String), lastWebhookAt: null });
    const key = redisKeys(0).lastWebhooks;
    const heard = lastWebhooks(redis, key);
    heard.heard(SHOP as ShopDomain);
    await heard.stop?.();
    expect(await reader.one(SHOP)).toMatchObject({ lastWebhookAt: expect.any(String) });
    expect((await figures())['Last webhook']).toMatch(/^\d s ago$/);
    await redis.zincrby(key, -2 * DAY_MS, SHOP);
    expect((await figures())['Last webhook']).toBe('2 days ago');
  });
});
