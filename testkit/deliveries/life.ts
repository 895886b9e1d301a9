import {
  fulfillmentBody,
  inventedOrder,
  orderBody,
  refundBody,
  shopTime,
  totalOf,
  transactionBody,
  type OrderFacts,
  type OrderNow,
} from './bodies.ts';
import type { Random } from './random.ts';

/** A webhook as Shopify sends it, without its signature. */
export interface Delivery {
  topic: string;
  shop: string;
  webhookId: string;
  /** Shared by all deliveries of one merchant's action. */
  eventId: string;
  triggeredAt: Date;
  body: Buffer;
}

/** How an order's life continues after payment. */
export type Ending = 'refunded_in_part' | 'cancelled' | 'paid';

/**
 * The whole life of one order: create, transaction, paid, updated, two fulfillments, tracking, then a partial
 * refund or a cancellation; or nothing after the first update. In the order in which it happens.
 */
export function lifeOf(
  random: Random,
  shop: string,
  number: number,
  from: Date,
  ending: Ending = 'refunded_in_part',
  lineCount?: number,
): Delivery[] {
  const order = inventedOrder(random, shop, number, from, lineCount);
  const life = new Life(random, order);
  life.order('orders/create', 0, {});
  life.payment(0.4, 'sale', totalOf(order), null);
  life.order('orders/paid', 1, { financialStatus: 'paid' });
  life.order('orders/updated', 1.2, {});
  if (ending === 'paid') return life.deliveries;
  if (ending === 'cancelled') {
    life.order('orders/cancelled', 30, {
      financialStatus: 'voided',
      cancelledAt: life.at(30),
      closedAt: life.at(30),
    });
    return life.deliveries;
  }
  const half = Math.ceil(order.lines.length / 2);
  life.fulfillment(1, 20, order.lines.slice(0, half), 'fulfillments/create', null);
  life.order('orders/partially_fulfilled', 20.1, { fulfillmentStatus: 'partial' });
  life.fulfillment(2, 30, order.lines.slice(half), 'fulfillments/create', null);
  life.order('orders/fulfilled', 31, { fulfillmentStatus: 'fulfilled' });
  life.fulfillment(1, 40, order.lines.slice(0, half), 'fulfillments/update', 'in_transit');
  life.tracking(1, 45, 'in_transit');
  life.refund(50);
  life.order('orders/updated', 51, { financialStatus: 'partially_refunded' });
  return life.deliveries;
}

class Life {
  readonly deliveries: Delivery[] = [];
  readonly #random: Random;
  readonly #order: OrderFacts;
  readonly #fulfillments = new Map<number, object>();
  #now: OrderNow;
  #refunds: object[] = [];

  constructor(random: Random, order: OrderFacts) {
    this.#random = random;
    this.#order = order;
    this.#now = {
      financialStatus: 'pending',
      fulfillmentStatus: null,
      updatedAt: order.createdAt,
      closedAt: null,
      cancelledAt: null,
      fulfillments: [],
      refunds: [],
    };
  }

  at(seconds: number): Date {
    return new Date(this.#order.createdAt.getTime() + seconds * 1000);
  }

  order(topic: string, seconds: number, change: Partial<OrderNow>): void {
    const fulfillments = [...this.#fulfillments.values()];
    this.#now = {
      ...this.#now,
      ...change,
      fulfillments,
      refunds: this.#refunds,
      updatedAt: this.at(seconds),
    };
    this.#deliver(topic, seconds, orderBody(this.#order, this.#now));
  }

  payment(seconds: number, kind: string, amount: number, parentId: number | null): object {
    const id = this.#order.id * 3 + this.deliveries.length;
    const body = transactionBody(this.#order, { id, kind, amount, parentId, at: this.at(seconds) });
    this.#deliver('order_transactions/create', seconds, body);
    return body;
  }

  fulfillment(
    nth: number,
    seconds: number,
    lines: OrderFacts['lines'],
    topic: string,
    shipmentStatus: string | null,
  ): void {
    const createdAt = this.at(nth * 10 + 10);
    const id = this.#order.id * 2 + 500 + nth;
    const body = fulfillmentBody(this.#order, { id, lines, shipmentStatus, createdAt, at: this.at(seconds) });
    this.#fulfillments.set(nth, body);
    this.#deliver(topic, seconds, body);
  }

  tracking(nth: number, seconds: number, status: string): void {
    this.#deliver('fulfillment_events/create', seconds, {
      id: this.#order.id * 2 + 600 + nth,
      fulfillment_id: this.#order.id * 2 + 500 + nth,
      order_id: this.#order.id,
      status,
      message: 'On its way',
      happened_at: shopTime(this.at(seconds)),
      created_at: shopTime(this.at(seconds)),
      updated_at: shopTime(this.at(seconds)),
      admin_graphql_api_id: `gid://shopify/FulfillmentEvent/${this.#order.id * 2 + 600 + nth}`,
    });
  }

  refund(seconds: number): void {
    const [line] = this.#order.lines;
    if (!line) return;
    const id = this.#order.id * 2 + 700;
    const at = this.at(seconds);
    const transaction = this.payment(seconds, 'refund', line.price, this.#order.id * 3 + 1);
    const body = refundBody(this.#order, { id, line, transaction, at });
    this.#refunds = [body];
    this.#deliver('refunds/create', seconds + 0.2, body);
  }

  #deliver(topic: string, seconds: number, body: object): void {
    const uuid = () => [8, 4, 4, 4, 12].map((digits) => this.#random.hex(digits)).join('-');
    this.deliveries.push({
      topic,
      shop: this.#order.shop,
      webhookId: uuid(),
      eventId: uuid(),
      triggeredAt: this.at(seconds),
      body: Buffer.from(JSON.stringify(body)),
    });
  }
}
