import { lifeOf, type Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom, type Random } from '../../testkit/deliveries/random.ts';
import type { PlanFigures } from '../report/run.ts';

/**
 * What a sale may send for each order, by the names of the command line, in the order in which it happens.
 */
export const TOPICS = {
  create: 'orders/create',
  transaction: 'order_transactions/create',
  paid: 'orders/paid',
  updated: 'orders/updated',
  fulfillment: 'fulfillments/create',
  fulfilled: 'orders/fulfilled',
  refund: 'refunds/create',
} as const;

export type TopicName = keyof typeof TOPICS;

export interface SaleOptions {
  orders: number;
  shops: number;
  topics: TopicName[];
  /** Percentage of the events that are sent twice, with the same webhook id. */
  dup: number;
  /** Percentage of the webhooks that are sent out of order. */
  shuffle: number;
  /** Further `orders/updated` of each order, a second apart. */
  updates?: number;
  seed: number;
  /** The number of the first order; the others count up from it. */
  firstNumber?: number;
  /** The sale's own id: shops' names contain it, so no run meets the events of another. */
  id: string;
}

/** A sale: what is sent, in the order of sending. */
export interface Sale {
  deliveries: Delivery[];
  shops: string[];
  figures: Omit<PlanFigures, 'connections' | 'rate'>;
}

/** An order's next event is sent after this many other orders have begun. */
const BETWEEN_EVENTS = 50;
/** How far out of order a webhook is sent, and how much later its duplicate, at most; in webhooks. */
const OUT_OF_TURN = 500;
const SECOND_TIME = 2000;
/** One to fourteen lines, mostly few: bodies of 4 to 15 kB. */
const MOST_LINES = 14;
const MINUTE_MS = 60_000;

export function planSale(options: SaleOptions): Sale {
  const random = randomFrom(options.seed);
  const { firstNumber = 1001 } = options;
  const shops = Array.from({ length: options.shops }, (_, i) => `sale-${options.id}-${i + 1}.myshopify.com`);
  // Shopify's times are whole seconds. From the start of a minute, the seed alone decides which of them are equal.
  const from = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
  const placed: { place: number; delivery: Delivery }[] = [];
  let [duplicates, shuffled] = [0, 0];
  for (let order = 0; order < options.orders; order += 1) {
    const number = firstNumber + order;
    const shop = shops[number % shops.length] ?? '';
    eventsOf(random, shop, number, from, options).forEach((delivery, nth, all) => {
      const turn = (order + nth * BETWEEN_EVENTS) * all.length;
      const moved = random.next() * 100 < options.shuffle;
      const place = moved ? turn + (random.next() - 0.5) * 2 * OUT_OF_TURN : turn;
      placed.push({ place, delivery });
      if (moved) shuffled += 1;
      if (random.next() * 100 >= options.dup) return;
      placed.push({ place: place + random.next() * SECOND_TIME, delivery });
      duplicates += 1;
    });
  }
  placed.sort((a, b) => a.place - b.place);
  const deliveries = placed.map(({ delivery }) => delivery);
  const { orders, topics } = options;
  const events = deliveries.length - duplicates;
  const bodyBytes = bytesOf(deliveries);
  return {
    deliveries,
    shops,
    figures: { orders, shops: shops.length, topics, events, duplicates, shuffled, bodyBytes },
  };
}

/** One order's events, as they happened. */
function eventsOf(
  random: Random,
  shop: string,
  number: number,
  from: Date,
  { topics, updates = 0 }: SaleOptions,
): Delivery[] {
  const lines = 1 + Math.floor((MOST_LINES - 1) * random.next() ** 2);
  const life = lifeOf(random, shop, number, from, 'refunded_in_part', lines);
  const once = topics.map((name) => life.find(({ topic }) => topic === TOPICS[name]));
  const updated = life.find(({ topic }) => topic === 'orders/updated');
  const more = Array.from({ length: updates }, (_, i) => updated && laterUpdate(updated, i + 1));
  return [...once, ...more].filter((each) => each !== undefined);
}

/** The same order, changed again a few seconds later. */
function laterUpdate(updated: Delivery, seconds: number): Delivery {
  const triggeredAt = new Date(updated.triggeredAt.getTime() + seconds * 1000);
  const text = updated.body.toString();
  const body = text.replace(/"updated_at":"[^"]+"/, `"updated_at":"${triggeredAt.toISOString()}"`);
  return {
    ...updated,
    triggeredAt,
    webhookId: `${updated.webhookId}-${seconds}`,
    body: Buffer.from(body),
  };
}

function bytesOf(deliveries: Delivery[]): PlanFigures['bodyBytes'] {
  const sizes = deliveries.map(({ body }) => body.length).toSorted((a, b) => a - b);
  const at = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0;
  const mean = Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  return { smallest: at(0), p50: at(0.5), p90: at(0.9), largest: at(1), mean };
}
