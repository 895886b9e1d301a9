import { shopTime } from '../deliveries/bodies.ts';
import type { Delivery } from '../deliveries/life.ts';

export type Json = Record<string, unknown>;

/** A hold on an order's fulfilment. */
export interface Hold {
  id: string;
  /** One app cannot hold twice with one handle. */
  handle: string;
  reason: string;
  reasonNotes: string | null;
}

/** The lists of an order that a part belongs to, by the topic that reports the part. */
const LIST_OF: Readonly<Record<string, string>> = {
  'fulfillments/create': 'fulfillments',
  'fulfillments/update': 'fulfillments',
  'refunds/create': 'refunds',
};

/** An order as it is at Shopify: everything that has happened to it, whether or not a webhook reported it. */
export class FakeOrder {
  readonly shop: string;
  readonly id: string;
  readonly number: number;
  readonly createdAt: Date;
  /** What keeps it from being fulfilled. */
  readonly holds: Hold[] = [];
  #body: Buffer;
  /** The current REST body once it was needed, until something happens. */
  #rest: Json | null = null;
  /** What has happened since the newest whole body. */
  #parts: { list: string; body: Buffer }[] = [];
  readonly #transactions: Json[] = [];
  /** Returns and disputes, by list and id: whole bodies of the order do not contain them. */
  readonly #beside = new Map<string, { list: string; body: Json }>();
  #updatedAt: Date;

  /** @param created its `orders/create` */
  constructor(created: Delivery) {
    const body = JSON.parse(created.body.toString()) as { id: number; order_number: number };
    this.shop = created.shop;
    this.id = String(body.id);
    this.number = body.order_number;
    this.createdAt = wholeSecond(created.triggeredAt);
    this.#updatedAt = this.createdAt;
    this.#body = created.body;
  }

  get gid(): string {
    return `gid://shopify/Order/${this.id}`;
  }

  /** To the second, as in Shopify's bodies. */
  get updatedAt(): Date {
    return this.#updatedAt;
  }

  /** Something happened to the order, as this delivery would report. */
  take({ topic, body, triggeredAt }: Delivery): void {
    this.#rest = null;
    if (topic.startsWith('orders/')) {
      this.#body = body;
      this.#parts = [];
    } else if (topic === 'order_transactions/create')
      this.#transactions.push(JSON.parse(body.toString()) as Json);
    else if (topic.startsWith('returns/') || topic.startsWith('disputes/')) {
      const list = topic.replace(/\/.*/, '');
      const part = JSON.parse(body.toString()) as Json;
      this.#beside.set(`${list} ${String(part.id)}`, { list, body: part });
      // A dispute is the bank's: it does not change its order's `updated_at`.
      if (list === 'disputes') return;
    } else {
      const list = LIST_OF[topic];
      if (list === undefined) return;
      this.#parts.push({ list, body });
    }
    // A change may have moved it to the next second.
    this.#updatedAt = new Date(Math.max(this.#updatedAt.getTime(), wholeSecond(triggeredAt).getTime()));
  }

  /** The current REST body: not to be changed. */
  rest(): Json {
    return (this.#rest ??= this.#restNow());
  }

  #restNow(): Json {
    const rest = JSON.parse(this.#body.toString()) as Json;
    for (const { list, body } of this.#parts) {
      const part = JSON.parse(body.toString()) as Json;
      const others = ((rest[list] ?? []) as Json[]).filter(({ id }) => id !== part.id);
      rest[list] = [...others, part].sort((a, b) => Number(a.id) - Number(b.id));
    }
    rest.updated_at = shopTime(this.#updatedAt);
    return rest;
  }

  /**
   * Changes facts within the same second: as if a webhook of that second had brought a state that did not
   * last.
   */
  rewrite(fields: Json): void {
    this.#body = Buffer.from(JSON.stringify({ ...this.rest(), ...fields }));
    this.#parts = [];
    this.#rest = null;
  }

  /** Its returns, or its disputes: REST bodies. */
  beside(wanted: 'returns' | 'disputes'): Json[] {
    return [...this.#beside.values()].filter(({ list }) => list === wanted).map(({ body }) => body);
  }

  /** Its transactions, REST bodies, oldest first. */
  transactions(): readonly Json[] {
    return this.#transactions;
  }

  /** Whether a part of this order may have this id; `rest` decides. */
  mentions(id: string): boolean {
    return (
      this.#body.includes(id) ||
      this.#parts.some(({ body }) => body.includes(id)) ||
      [...this.#beside.values()].some(({ body }) => String(body.id) === id)
    );
  }
}

function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
