import type { Delivery } from '../../testkit/deliveries/life.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { asOrderId, asShopDomain, orderKey, type EventId, type OrderKey } from '../../src/order/identity.ts';
import type { Position } from '../../src/order/position.ts';
import { readEvent } from '../../src/order/read-event.ts';
import { isTopic, topicRow } from '../../src/order/topics.ts';
import type { RivalOrder, RivalStore } from './store.ts';

/** What a rival did with what it acknowledged. Zero is correct. */
export interface RivalOutcome {
  /** Events whose change is missing from their order: lost updates. */
  lost: number;
  /** Applications beyond one per event. */
  twice: number;
  /** Whole-order bodies that were written over a newer one. */
  inversions: number;
  /** Orders that do not show the newest financial status, its time, and every transaction. */
  wrong: number;
}

/** What one event says, read from what was sent, not from what a rival stored. */
interface SentEvent {
  position: Position;
  snapshot: { financialStatus: string | null; updatedAt: string | null } | null;
  transaction: string | null;
}

/**
 * Compares the orders with the deliveries that they are made of.
 * @param acked every delivery that was acknowledged. A delivery that was sent but never acknowledged may make
 *   an order wrong: send it again until it is acknowledged.
 */
export async function rivalOutcome(
  { orders }: Pick<RivalStore, 'orders'>,
  acked: Iterable<Delivery>,
): Promise<RivalOutcome> {
  const missing = toldByOrder(acked);
  const total: RivalOutcome = { lost: 0, twice: 0, inversions: 0, wrong: 0 };
  const add = (found: RivalOutcome) => {
    for (const name of Object.keys(total) as (keyof RivalOutcome)[]) total[name] += found[name];
  };
  for await (const order of orders.find()) {
    add(judge(order, missing.get(order._id) ?? new Map<EventId, SentEvent>()));
    missing.delete(order._id);
  }
  for (const sent of missing.values()) add({ lost: sent.size, twice: 0, inversions: 0, wrong: 1 });
  return total;
}

function judge(order: RivalOrder, sent: ReadonlyMap<EventId, SentEvent>): RivalOutcome {
  const applied = order.history.map(({ event }) => event);
  const kept = new Set(applied);
  const written = applied.map((event) => sent.get(event)).filter((each) => each?.snapshot);
  const positions = written.map((each) => each?.position ?? '');
  return {
    lost: [...sent.keys()].filter((event) => !kept.has(event)).length,
    twice: applied.length - kept.size,
    inversions: positions.filter((position, i) => i > 0 && position < (positions[i - 1] ?? '')).length,
    wrong: isRight(order, [...sent.values()]) ? 0 : 1,
  };
}

function isRight(order: RivalOrder, events: readonly SentEvent[]): boolean {
  const { financialStatus, updatedAt } = newestSnapshot(events) ?? { financialStatus: null, updatedAt: null };
  const sent = new Set(events.map(({ transaction }) => transaction).filter((id) => id !== null));
  const kept = (order.parts.transactions ?? []).map(({ id }) => id);
  return (
    order.financialStatus === financialStatus &&
    order.updatedAt === updatedAt &&
    kept.length === sent.size &&
    kept.every((id) => sent.has(id))
  );
}

function newestSnapshot(sent: readonly SentEvent[]): SentEvent['snapshot'] {
  const snapshots = sent.filter(({ snapshot }) => snapshot !== null);
  const newest = snapshots.toSorted((a, b) => (a.position < b.position ? -1 : 1)).at(-1);
  return newest?.snapshot ?? null;
}

/** Deliveries of the same event count once. */
function toldByOrder(deliveries: Iterable<Delivery>): Map<OrderKey, Map<EventId, SentEvent>> {
  const byOrder = new Map<OrderKey, Map<EventId, SentEvent>>();
  for (const delivery of deliveries) {
    const { order, event, sent } = readDelivery(delivery);
    const known = byOrder.get(order) ?? new Map<EventId, SentEvent>();
    byOrder.set(order, known.set(event, sent));
  }
  return byOrder;
}

interface Body {
  id: number;
  order_id?: number;
  financial_status?: string | null;
  updated_at?: string | null;
}

/** @throws if it names no order */
export function readDelivery(delivery: Delivery): { order: OrderKey; event: EventId; sent: SentEvent } {
  const { topic, webhookId, triggeredAt } = delivery;
  const shop = asShopDomain(delivery.shop);
  const body = JSON.parse(delivery.body.toString()) as Body;
  const orderId = asOrderId(body.order_id ?? body.id);
  if (!shop || !orderId || !isTopic(topic)) throw new Error(`${topic} of ${delivery.shop} names no order`);
  const order = orderKey(shop, orderId);
  const { event } = fingerprintsOf({ ...delivery, shop, triggeredAt: null });
  const isSnapshot = topicRow(topic).brings === 'snapshot';
  return {
    order,
    event,
    sent: {
      position: positionOf({ id: event, order, topic, webhookId, body: delivery.body }, triggeredAt),
      snapshot: isSnapshot
        ? { financialStatus: body.financial_status ?? null, updatedAt: body.updated_at ?? null }
        : null,
      transaction: topic === 'order_transactions/create' ? String(body.id) : null,
    },
  };
}

/**
 * By Lockstep's rules for when something happened: the body's time, then Shopify's, then the topic's rank.
 */
function positionOf(
  waiting: Pick<Parameters<typeof readEvent>[0], 'id' | 'order' | 'topic' | 'webhookId' | 'body'>,
  triggeredAt: Date,
): Position {
  const receivedAt = triggeredAt.getTime();
  const reading = readEvent({
    ...waiting,
    triggeredAt: triggeredAt.toISOString(),
    receivedAt,
    unreadable: null,
  });
  if (!reading.ok) throw new Error(reading.because);
  return reading.event.position;
}
