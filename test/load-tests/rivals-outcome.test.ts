import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection, mongo } from 'mongoose';
import { applyWebhook } from '../../load-tests/rivals/apply.ts';
import { rivalOutcome } from '../../load-tests/rivals/outcome.ts';
import { rivalStore, type RivalOrder, type RivalStore } from '../../load-tests/rivals/store.ts';
import { webhookOf } from '../../load-tests/rivals/webhook.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { asShopDomain, type ShopDomain } from '../../src/order/identity.ts';
import { openMongo } from '../../src/system/connections.ts';
import { livesOf } from '../support/lives.ts';
import { namespace } from '../support/namespace.ts';

const ALL_RIGHT = { lost: 0, twice: 0, inversions: 0, wrong: 0 };
const lives = livesOf(randomFrom(11), 'example.myshopify.com', 3);
const deliveries = lives.flat();

const webhook = (delivery: Delivery) =>
  webhookOf({
    ...delivery,
    shop: asShopDomain(delivery.shop) as ShopDomain,
    triggeredAt: delivery.triggeredAt.toISOString(),
  });

describe('what a rival did with its webhooks', () => {
  let connection: Connection;
  let store: RivalStore;
  let order: RivalOrder;
  beforeAll(async () => {
    connection = openMongo((await namespace()).mongoUri);
    await connection.asPromise();
    store = rivalStore(connection);
    for (const delivery of deliveries) await applyWebhook(webhook(delivery), store);
    order = (await store.orders.findOne({})) as RivalOrder;
  });
  afterAll(() => connection.close());

  /** The outcome with one order changed, which is then restored. */
  async function planted(update: mongo.UpdateFilter<RivalOrder>): Promise<unknown> {
    await store.orders.updateOne({ _id: order._id }, update);
    const outcome = await rivalOutcome(store, deliveries);
    const { _id, ...fields } = order;
    await store.orders.replaceOne({ _id }, fields, { upsert: true });
    return outcome;
  }
  const historyOf = (change: (history: RivalOrder['history']) => RivalOrder['history']) => ({
    $set: { history: change(order.history) },
  });

  test('applied one after another, everything is correct', async () => {
    expect(await rivalOutcome(store, deliveries)).toEqual(ALL_RIGHT);
    expect(await store.events.countDocuments()).toBe(deliveries.length);
  });

  test('a delivery that was answered twice is one event', async () => {
    expect(await rivalOutcome(store, [...deliveries, ...deliveries])).toEqual(ALL_RIGHT);
  });

  test('an event whose change is missing is lost', async () => {
    expect(await planted(historyOf((history) => history.slice(0, -1)))).toEqual({ ...ALL_RIGHT, lost: 1 });
  });

  test('an event whose change was made again is applied twice', async () => {
    expect(await planted(historyOf((history) => [...history, ...history.slice(-1)]))).toEqual({
      ...ALL_RIGHT,
      twice: 1,
    });
  });

  test('an older whole order written over a newer one is an inversion', async () => {
    expect(order.history.slice(0, 3).map(({ topic }) => topic)).toEqual([
      'orders/create',
      'order_transactions/create',
      'orders/paid',
    ]);
    const swapped = historyOf(([create, payment, paid, ...rest]) =>
      [paid, payment, create, ...rest].filter((entry) => entry !== undefined),
    );
    expect(await planted(swapped)).toEqual({ ...ALL_RIGHT, inversions: 1 });
  });

  test('a transaction that comes before the whole order is not an inversion', async () => {
    const swapped = historyOf(([create, payment, ...rest]) =>
      [payment, create, ...rest].filter((entry) => entry !== undefined),
    );
    expect(await planted(swapped)).toEqual(ALL_RIGHT);
  });

  test.each<[string, mongo.UpdateFilter<RivalOrder>]>([
    ['a stale status', { $set: { financialStatus: 'pending' } }],
    ['the time of an older state', { $set: { updatedAt: '2026-11-20T10:00:01+00:00' } }],
    ['a missing transaction', { $pop: { 'parts.transactions': 1 } }],
    ['an unknown transaction', { $push: { 'parts.transactions': { id: '1' } } }],
  ])('%s makes its order wrong', async (_what, update) => {
    expect(await planted(update)).toEqual({ ...ALL_RIGHT, wrong: 1 });
  });

  test('a missing order has lost all its events, and is wrong', async () => {
    const { _id, ...fields } = order;
    await store.orders.deleteOne({ _id });
    const outcome = await rivalOutcome(store, deliveries);
    await store.orders.replaceOne({ _id }, fields, { upsert: true });
    expect(outcome).toEqual({ ...ALL_RIGHT, lost: order.history.length, wrong: 1 });
  });

  test('applied in another sequence, the last one applied wins', async () => {
    const other = rivalStore(openedElsewhere());
    for (const delivery of deliveries.toReversed()) await applyWebhook(webhook(delivery), other);
    const outcome = await rivalOutcome(other, deliveries);
    const snapshots = deliveries.filter(({ topic }) => topic.startsWith('orders/')).length;
    expect(outcome).toEqual({ lost: 0, twice: 0, inversions: snapshots - lives.length, wrong: lives.length });
  });

  /** Another database of the same server. */
  function openedElsewhere(): Connection {
    return connection.useDb(`${connection.name}_reversed`);
  }
});
