import type { Random } from '../../testkit/deliveries/random.ts';
import { idOfNumber } from '../../testkit/deliveries/bodies.ts';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide, type Ended } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { asOrderId, asShopDomain, orderKey, type EventId } from '../../src/order/identity.ts';
import type { Order } from '../../src/order/order.ts';
import type { Collections } from '../../src/persist/collections.ts';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { toDocument } from '../../src/persist/order-document.ts';
import { envelopeOf } from '../../src/persist/envelope.ts';

/** How much data there is. */
export interface Amounts {
  orders: number;
  shops: number;
  parked: number;
}

export const EVENTS_OF_ONE_ORDER = 10;
/** Lives that are generated once; every order has one of them, under its own ids. */
const LIVES = 50;
const ORDERS_AT_A_TIME = 500;
const FROM = Date.UTC(2026, 8, 1);
/** Time between orders: 100,000 in seven weeks. */
const BETWEEN_ORDERS_MS = 42_000;

/** One order in its final state, with its journal. */
interface Lived {
  order: Order;
  ended: Ended[];
}

export const shopOf = (number: number, shops: number) => `shop-${number % shops}.myshopify.com`;
export const orderIdOf = (number: number) => String(5_820_000_000_000 + number);

/**
 * Puts orders and their journals into MongoDB, as drains would have left them. A tenth of the journal is
 * stale, late or unchanged, as after a sale with duplicates.
 */
export async function seed(
  collections: Collections,
  { orders, shops, parked }: Amounts,
  progress: (orders: number) => void,
): Promise<void> {
  const random = randomFrom(7);
  const lives = Array.from({ length: LIVES }, (_, i) => live(random, i));
  for (let from = 0; from < orders; from += ORDERS_AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(ORDERS_AT_A_TIME, orders - from) }, (_, i) => from + i);
    const made = numbers.map((number) => documentsOf(lives, number, shops, random));
    await collections.orders.collection.insertMany(
      made.map(({ order }) => order as never),
      { ordered: false },
    );
    await collections.events.collection.insertMany(made.flatMap(({ events }) => events) as never[], {
      ordered: false,
    });
    progress(from + numbers.length);
  }
  await park(collections, parked, shops, random);
}

function live(random: Random, number: number): Lived {
  const shop = asShopDomain('template.myshopify.com');
  if (!shop) throw new Error('invalid sample shop');
  const life = lifeOf(random, shop, 1000 + number, new Date(FROM)).slice(0, EVENTS_OF_ONE_ORDER);
  const key = orderKey(shop, asOrderId(idOfNumber(1000 + number)));
  const waiting = life.map(({ topic, webhookId, triggeredAt, body }): WaitingEvent => ({
    id: random.hex(64) as EventId,
    order: key,
    topic,
    webhookId,
    triggeredAt: triggeredAt.toISOString(),
    receivedAt: triggeredAt.getTime(),
    unreadable: null,
    body,
  }));
  const { order, ended } = decide(key, null, waiting, FROM);
  if (!order) throw new Error('the sample life makes no order');
  return { order, ended };
}

const RARE = ['stale', 'late', 'unchanged'] as const;

function documentsOf(lives: readonly Lived[], number: number, shops: number, random: Random) {
  const { order, ended } = lives[number % lives.length] ?? lives[0]!;
  const shop = asShopDomain(shopOf(number, shops))!;
  const key = orderKey(shop, asOrderId(orderIdOf(number)));
  const at = FROM + number * BETWEEN_ORDERS_MS;
  const document = toDocument(
    key,
    { ...order, shop, orderId: asOrderId(orderIdOf(number))!, name: `#${1001 + number}`, version: 1 },
    at,
  );
  const events = ended.map(({ waiting, applied }, i): EventDocument => {
    const outcome = random.next() < 0.1 ? random.pick(RARE) : applied.outcome;
    return {
      ...envelopeOf({
        ...waiting,
        order: key,
        webhookId: `${random.hex(8)}-${random.hex(12)}`,
        receivedAt: at + i * 1000,
      }),
      _id: random.hex(64),
      occurredAt: new Date(at + i * 1000),
      appliedAt: new Date(at + i * 1000 + 40),
      outcome,
      because: outcome === 'applied' ? null : 'older than the state of 12:00:00 from orders/updated',
      sequence: applied.sequence,
      duplicates: 0,
      worker: 'worker-1:4711',
      lockedAt: new Date(at + i * 1000 + 20),
      earlier: [],
    };
  });
  return { order: document, events };
}

const CAUSES = [
  'line_items is not a list',
  'the body is not JSON',
  'event could not be applied: no facts lead on',
];

async function park(
  { parked, events }: Collections,
  howMany: number,
  shops: number,
  random: Random,
): Promise<void> {
  const found = await events.find().limit(howMany).lean<EventDocument[]>();
  const documents = found.map((entry, i) => ({
    _id: random.hex(64),
    shop: shopOf(i, shops),
    order: entry.order,
    topic: entry.topic,
    webhookId: entry.webhookId,
    triggeredAt: entry.triggeredAt,
    receivedAt: entry.receivedAt,
    payload: entry.payload,
    error: CAUSES[i % CAUSES.length],
    cause: CAUSES[i % CAUSES.length],
    attempts: 3,
    firstAt: new Date(FROM + i * 1000),
    lastAt: new Date(FROM + i * 1000),
    state: 'parked',
    replays: 0,
  }));
  if (documents.length > 0) await parked.collection.insertMany(documents as never[]);
}
