import { withQuantities } from '../../src/order/derive-totals.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { decide } from '../../src/order/decide.ts';
import { asOrderId, asShopDomain, orderKey, type OrderKey } from '../../src/order/identity.ts';
import type { Order } from '../../src/order/order.ts';
import { withoutMemory } from '../../src/order/without-memory.ts';
import { routeOf } from '../../src/order/routing.ts';
import { isTopic } from '../../src/order/topics.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';

/**
 * The correct final state of an order, however its deliveries arrived: the pure rules over all of them in
 * sequence.
 */
export interface Expected {
  key: OrderKey;
  order: Order;
  events: number;
}

export function expectedOf(deliveries: readonly Delivery[]): Expected {
  const [first] = deliveries;
  const shop = asShopDomain(first?.shop ?? '');
  if (!first || !shop || !isTopic(first.topic)) throw new Error('a life has deliveries of known topics');
  const route = routeOf(first.topic, first.body);
  const key = orderKey(shop, route.to === 'order' ? asOrderId(route.orderId) : null);
  const waiting = deliveries.map((delivery) => ({
    id: fingerprintsOf({ ...delivery, shop, triggeredAt: null }).event,
    order: key,
    topic: delivery.topic,
    webhookId: delivery.webhookId,
    triggeredAt: delivery.triggeredAt.toISOString(),
    receivedAt: delivery.triggeredAt.getTime(),
    unreadable: null,
    body: delivery.body,
  }));
  const { order } = decide(key, null, waiting, 0);
  if (!order) throw new Error('a life makes an order');
  return { key, order, events: deliveries.length };
}

/** The fields of an order that must not depend on how its events arrived, as the API shows them. */
export function stateOf(order: Order | Record<string, unknown>): Record<string, unknown> {
  const shown = 'parts' in order ? shownBy(order as Order) : order;
  const { status, name, lines, transactions, refunds, fulfillments, fulfillmentEvents } = shown;
  const { financialStatus, fulfillmentStatus, totalPrice, snapshotAt } = shown;
  const facts = { financialStatus, fulfillmentStatus, totalPrice, snapshotAt };
  return { status, name, lines, transactions, refunds, fulfillments, fulfillmentEvents, ...facts };
}

function shownBy(order: Order): Record<string, unknown> {
  const parts = Object.entries(order.parts).map(([name, list]) => [name, list.map(withoutMemory)]);
  const snapshotAt = order.snapshot ? new Date(order.snapshot.at).toISOString() : null;
  const lines = withQuantities(order).map(withoutMemory);
  return { ...order, ...order.facts, lines, snapshotAt, ...Object.fromEntries(parts) };
}
