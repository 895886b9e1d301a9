import { lifeOf, type Delivery, type Ending } from '../deliveries/life.ts';
import type { Random } from '../deliveries/random.ts';
import { FakeOrder } from './fake-order.ts';
import type { Postman } from './postman.ts';

export interface Sale {
  /** Happens from now on, in real time, instead of before now. */
  live?: boolean;
  /** When the lives begin; by default, they end now. */
  from?: Date;
  /** The customer of these orders; by default, each order has another customer. */
  customerId?: number;
  /** How their lives end; by default, 20 % are cancelled and the others refunded in part. */
  ending?: Ending;
  /** Every webhook arrives, once and in order, whatever else goes wrong in the shop. */
  withoutMishaps?: boolean;
}

export interface SellingTools {
  shop: string;
  /** The number before that of its first order. */
  lastNumber?: number | undefined;
  /** Called when an order of this number is sold. */
  sold?: ((number: number) => void) | undefined;
  random: Random;
  postman: Postman;
  /** Called with the webhooks of things that happened together. */
  tell: (batch: readonly Delivery[], sale: Sale) => void;
}

/** A life from `lifeOf` ends 51 s after it begins. */
const LIFE_MS = 52_000;
const CANCELLED_SHARE = 0.2;
/** Deliveries of one action are at most this far apart; the next action comes later. */
const ACTION_GAP_MS = 2_000;

/** Creates orders and lets them live: first at Shopify, then as webhooks, whether or not those arrive. */
export class Selling {
  readonly orders: FakeOrder[] = [];
  readonly #byId = new Map<string, FakeOrder>();
  readonly #tools: SellingTools;
  readonly #timers = new Set<NodeJS.Timeout>();
  #clock: NodeJS.Timeout | undefined;
  #number: number;

  constructor(tools: SellingTools) {
    this.#tools = tools;
    this.#number = tools.lastNumber ?? 1_000;
  }

  async sell(count: number, sale: Sale): Promise<FakeOrder[]> {
    const sold: FakeOrder[] = [];
    for (let i = 0; i < count; i += 1) {
      await this.#tools.postman.room();
      sold.push(sale.live ? this.#live(sale) : this.#lived(sale));
    }
    return sold;
  }

  open(ordersPerMinute: number): void {
    this.close();
    this.#clock = setInterval(() => this.#live({}), 60_000 / ordersPerMinute);
  }

  close(): void {
    clearInterval(this.#clock);
  }

  order(id: string): FakeOrder | undefined {
    return this.#byId.get(id);
  }

  forget(order: FakeOrder): void {
    this.#byId.delete(order.id);
    const at = this.orders.indexOf(order);
    if (at >= 0) this.orders.splice(at, 1);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #keep(order: FakeOrder): void {
    this.orders.push(order);
    this.#byId.set(order.id, order);
  }

  /** All of it has already happened; its webhooks are one batch. */
  #lived(sale: Sale): FakeOrder {
    const actions = this.#actions(sale.from ?? new Date(Date.now() - LIFE_MS), sale);
    const life = actions.flat();
    const order = new FakeOrder(life[0] as Delivery);
    this.#keep(order);
    for (const delivery of life) order.take(delivery);
    this.#tools.tell(life, sale);
    return order;
  }

  /** Each action happens at its latest time, so no webhook reports the future. */
  #live(sale: Sale): FakeOrder {
    const actions = this.#actions(new Date(), sale);
    const order = new FakeOrder(actions[0]?.[0] as Delivery);
    for (const action of actions) {
      const at = action.at(-1)?.triggeredAt.getTime() ?? 0;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (action === actions[0]) this.#keep(order);
        for (const delivery of action) order.take(delivery);
        this.#tools.tell(action, sale);
      }, at - Date.now());
      this.#timers.add(timer);
    }
    return order;
  }

  #actions(from: Date, { customerId, ending }: Sale): Delivery[][] {
    this.#number += 1;
    const { random, shop, sold } = this.#tools;
    sold?.(this.#number);
    const usual = random.next() < CANCELLED_SHARE ? 'cancelled' : 'refunded_in_part';
    const life = lifeOf(random, shop, this.#number, from, ending ?? usual);
    return actionsOf(customerId === undefined ? life : life.map((each) => boughtBy(customerId, each)));
  }
}

/** Deliveries of the same action by the merchant or the customer share an event id. */
function actionsOf(life: readonly Delivery[]): Delivery[][] {
  const actions: Delivery[][] = [];
  for (const delivery of life) {
    const action = actions.at(-1);
    const last = action?.at(-1);
    const gap = last ? delivery.triggeredAt.getTime() - last.triggeredAt.getTime() : Infinity;
    if (action && last && gap <= ACTION_GAP_MS) action.push({ ...delivery, eventId: last.eventId });
    else actions.push([delivery]);
  }
  return actions;
}

function boughtBy(customerId: number, delivery: Delivery): Delivery {
  const body = JSON.parse(delivery.body.toString()) as { customer?: object };
  if (!body.customer) return delivery;
  const customer = { ...body.customer, id: customerId };
  return { ...delivery, body: Buffer.from(JSON.stringify({ ...body, customer })) };
}
