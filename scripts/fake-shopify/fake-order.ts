import { shopTime } from '../deliveries/bodies.ts';
import type { Delivery } from '../deliveries/life.ts';

export type Json = Record<string, unknown>;

/** The lists of an order that a part of it belongs into, by the topic that tells of the part. */
const LIST_OF: Readonly<Record<string, string>> = {
  'fulfillments/create': 'fulfillments',
  'fulfillments/update': 'fulfillments',
  'refunds/create': 'refunds',
};

/** An order as it stands at Shopify: what has happened to it, whether or not a webhook told of it. */
export class FakeOrder {
  readonly shop: string;
  readonly id: string;
  readonly number: number;
  readonly createdAt: Date;
  #body: Buffer;
  /** What happened since the newest whole body. */
  #parts: { list: string; body: Buffer }[] = [];
  readonly #transactions: Buffer[] = [];
  /** Returns and disputes, by list and id: whole bodies of the order do not hold them. */
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

  /** To the second, as Shopify tells it. */
  get updatedAt(): Date {
    return this.#updatedAt;
  }

  /** Something happened to it, of which this delivery would tell. */
  take({ topic, body, triggeredAt }: Delivery): void {
    if (topic.startsWith('orders/')) {
      this.#body = body;
      this.#parts = [];
    } else if (topic === 'order_transactions/create') this.#transactions.push(body);
    else if (topic.startsWith('returns/') || topic.startsWith('disputes/')) {
      const list = topic.replace(/\/.*/, '');
      const part = JSON.parse(body.toString()) as Json;
      this.#beside.set(`${list} ${String(part.id)}`, { list, body: part });
      // A dispute is the bank's: it does not touch its order.
      if (list === 'disputes') return;
    } else {
      const list = LIST_OF[topic];
      if (list === undefined) return;
      this.#parts.push({ list, body });
    }
    this.#updatedAt = wholeSecond(triggeredAt);
  }

  /** The REST body of now. */
  rest(): Json {
    const rest = JSON.parse(this.#body.toString()) as Json;
    for (const { list, body } of this.#parts) {
      const part = JSON.parse(body.toString()) as Json;
      const others = ((rest[list] ?? []) as Json[]).filter(({ id }) => id !== part.id);
      rest[list] = [...others, part].sort((a, b) => Number(a.id) - Number(b.id));
    }
    rest.updated_at = shopTime(this.#updatedAt);
    return rest;
  }

  /** Its facts are others, in the same second: as where a webhook of that second brought a state that did not last. */
  rewrite(fields: Json): void {
    this.#body = Buffer.from(JSON.stringify({ ...this.rest(), ...fields }));
    this.#parts = [];
  }

  /** Its returns, or its disputes: REST bodies. */
  beside(wanted: 'returns' | 'disputes'): Json[] {
    return [...this.#beside.values()].filter(({ list }) => list === wanted).map(({ body }) => body);
  }

  /** Its transactions, REST bodies, oldest first. */
  transactions(): Json[] {
    return this.#transactions.map((body) => JSON.parse(body.toString()) as Json);
  }

  /** Whether a part of it may have this id; `rest` tells. */
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
