import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf, type Delivery, type Ending } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { TOPICS, type Topic } from '../../src/order/topics.ts';
import { journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';
import { accept, drainAll, orderOf } from './accepted-inside.ts';

/**
 * The topic is unsigned too: a signed body under another topic is another event. It must not revert the order
 * or bring it into a state that it never had, whatever triggered-at is invented for it. Some things depend on
 * the topic alone and cannot be checked against the body:
 *   fulfillment_events/delete of an event that was created (Shopify sends the same body for both);
 *   within one second, which is the resolution of bodies, the later triggered-at;
 *   which of equal disputes and returns is newest, because their bodies contain no time. None of these
 *   changes the status.
 */
const ALL = Object.keys(TOPICS) as Topic[];
const SHOP = 'example.myshopify.com';
const FROM = new Date('2026-11-20T10:00:00Z');
const NEVER_BEFORE = '2031-01-01T00:00:00.000000Z';
const LONG_AGO = '2001-01-01T00:00:00.000000Z';

describe('P5: a signed body under every other topic', () => {
  let inside: Inside;
  let number = 0;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  async function lived(ending: Ending) {
    number += 1;
    const life = lifeOf(randomFrom(number), SHOP, number, FROM, ending);
    for (const delivery of life) await accept(inside, delivery);
    await drainAll(inside);
    return { life, key: keyOf(String(5_820_000_000_000 + number * 1000)) };
  }

  async function replay(delivery: Delivery, topic: Topic, triggeredAt: string): Promise<void> {
    await accept(inside, delivery, {
      'x-shopify-topic': topic,
      'x-shopify-webhook-id': '',
      'x-shopify-triggered-at': triggeredAt,
    });
  }

  const isTold = (topic: string, other: Topic) =>
    topic === other || (topic === 'fulfillment_events/create' && other === 'fulfillment_events/delete');

  test.each<[Ending, string, string]>([
    ['refunded_in_part', 'triggered in years', NEVER_BEFORE],
    ['refunded_in_part', 'triggered long ago', LONG_AGO],
    ['cancelled', 'triggered in years', NEVER_BEFORE],
    ['cancelled', 'triggered long ago', LONG_AGO],
  ])('of a life that ended %s, %s: the order does not change', async (ending, _when, triggeredAt) => {
    const { life, key } = await lived(ending);
    const orders = await inside.collections.orders.countDocuments({});
    const before = await orderOf(inside, key);
    for (const delivery of life)
      for (const topic of ALL) if (!isTold(delivery.topic, topic)) await replay(delivery, topic, triggeredAt);
    await drainAll(inside);
    expect(await orderOf(inside, key)).toMatchObject(withoutTopicOf(before));
    expect(await inside.collections.orders.countDocuments({})).toBe(orders);
  });

  test.each<[Topic, Topic, string]>([
    [
      'orders/create',
      'orders/delete',
      'the body has line_items, which does not match the topic orders/delete',
    ],
    [
      'order_transactions/create',
      'fulfillments/create',
      'the body is of type OrderTransaction, which does not match the topic fulfillments/create',
    ],
    [
      'order_transactions/create',
      'refunds/create',
      'the body is of type OrderTransaction, which does not match the topic refunds/create',
    ],
    [
      'order_transactions/create',
      'disputes/create',
      'the body is of type OrderTransaction, which does not match the topic disputes/create',
    ],
    [
      'refunds/create',
      'returns/close',
      'the body is of type Refund, which does not match the topic returns/close',
    ],
  ])('%s as %s: parked, visible to an operator', async (from, to, because) => {
    const { life, key } = await lived('refunded_in_part');
    const delivery = life.find((each) => each.topic === from);
    if (!delivery) throw new Error(`a life has ${from}`);
    await replay(delivery, to, NEVER_BEFORE);
    await drainAll(inside);
    const parked = (await journalOf(inside, key)).filter((entry) => entry.outcome === 'parked');
    expect(parked.map((entry) => entry.because)).toEqual([because]);
  });

  test('orders/paid as orders/cancelled, while nothing newer is known: the order stays paid', async () => {
    number += 1;
    const paid = lifeOf(randomFrom(number), SHOP, number, FROM).slice(0, 3);
    for (const delivery of paid) await accept(inside, delivery);
    const last = paid.at(-1);
    if (!last) throw new Error('a life has deliveries');
    await replay(last, 'orders/cancelled', NEVER_BEFORE);
    await drainAll(inside);
    const key = keyOf(String(5_820_000_000_000 + number * 1000));
    expect(await orderOf(inside, key)).toMatchObject({
      status: 'awaiting_shipment',
      ends: { cancelled: null, deletedAt: null },
    });
  });
});

/** A replay may supply a snapshot first: only the topic that it came from may differ. */
function withoutTopicOf(state: unknown): object {
  const { snapshot, ...rest } = state as { snapshot: { at: number; topic: string } };
  return { ...rest, snapshot: { at: snapshot.at } };
}
