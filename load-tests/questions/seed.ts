import { idOfNumber } from '../../testkit/deliveries/bodies.ts';
import { lifeOf, type Delivery, type Ending } from '../../testkit/deliveries/life.ts';
import { randomFrom, type Random } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { asOrderId, asShopDomain, orderKey, type EventId } from '../../src/order/identity.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { toDocument } from '../../src/persist/order-document.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { discounted } from './discounted.ts';

/** How much data there is. */
export interface Amounts {
  orders: number;
  shops: number;
}

/** Lives that the rules turn into documents once; every order has one of them, with its own ids, times and traits. */
const LIVES = 200;
const ORDERS_AT_A_TIME = 500;
const DAY_MS = 86_400_000;
const FROM = Date.UTC(2025, 11, 1);
const YEAR_MS = 365 * DAY_MS;
const LONGEST_UNTIL_REFUND_DAYS = 30;
const SKUS = 1000;
const ORDERS_OF_A_CUSTOMER = 3;
const COUNTRIES = ['US', 'US', 'US', 'US', 'CA', 'GB', 'DE', 'AU'] as const;
const TAGS = ['wholesale', ...Array.from({ length: 39 }, (_, i) => `tag-${i}`)] as const;
const CODES = Array.from({ length: 25 }, (_, i) => `CODE-${i}`);
const TEMPLATE = 'template.myshopify.com';

/** Inserts the orders of a year into MongoDB, as drains would have stored them, with full bodies. */
export async function seedOrders(
  { orders: model }: Pick<Collections, 'orders'>,
  { orders, shops }: Amounts,
  progress: (orders: number) => void = () => {},
): Promise<void> {
  const random = randomFrom(14);
  const lives = Array.from({ length: LIVES }, (_, i) => lived(random, i));
  for (let from = 0; from < orders; from += ORDERS_AT_A_TIME) {
    const count = Math.min(ORDERS_AT_A_TIME, orders - from);
    const made = Array.from({ length: count }, (_, i) => {
      const at = FROM + Math.floor(((from + i) / orders) * YEAR_MS);
      const traits = traitsOf(random, Math.ceil(orders / ORDERS_OF_A_CUSTOMER));
      return varied(
        random.pick(lives),
        from + i,
        at,
        `shop-${random.below(shops)}.myshopify.com`,
        traits,
        random,
      );
    });
    await model.collection.insertMany(made as never[], { ordered: true });
    progress(from + count);
  }
}

/** Of ten orders, eight are fulfilled, one is refunded in part as well, and one is cancelled. */
function lived(random: Random, number: number): OrderDocument {
  const ending: Ending = number % 10 === 9 ? 'cancelled' : 'refunded_in_part';
  const all = lifeOf(random, TEMPLATE, 1000 + number, new Date(FROM), ending);
  const BEFORE_REFUND = 10;
  const life = number % 10 === 8 ? all : all.slice(0, BEFORE_REFUND);
  const shop = asShopDomain(TEMPLATE);
  if (!shop) throw new Error('invalid sample shop');
  const key = orderKey(shop, asOrderId(idOfNumber(1000 + number)));
  const percent = number % 3 === 0 ? 10 : 0;
  const waiting = life.map((delivery): WaitingEvent => waitingOf(delivery, key, percent, random));
  const { order } = decide(key, null, waiting, FROM + DAY_MS, new Map(), createBodyKeeper('full'));
  if (!order) throw new Error('the sample life makes no order');
  return toDocument(key, { ...order, version: 1 }, FROM);
}

function waitingOf(
  { topic, webhookId, triggeredAt, body }: Delivery,
  order: WaitingEvent['order'],
  percent: number,
  random: Random,
): WaitingEvent {
  return {
    id: random.hex(64) as EventId,
    order,
    topic,
    webhookId,
    triggeredAt: triggeredAt.toISOString(),
    receivedAt: triggeredAt.getTime(),
    unreadable: null,
    body: topic.startsWith('orders/') ? discounted(body, percent) : body,
  };
}

/** The document of another order with the same life. */
function varied(
  { body, ...life }: OrderDocument,
  number: number,
  at: number,
  shop: string,
  drawn: Traits,
  random: Random,
): OrderDocument {
  const traits = { ...drawn, codes: life.discountCodes.length > 0 ? drawn.codes : [] };
  const orderId = String(5_820_000_000_000 + number);
  const delay = life.refunds.length > 0 ? random.below(LONGEST_UNTIL_REFUND_DAYS * DAY_MS) : 0;
  const moved = later(life, at - FROM) as typeof life;
  const updatedAt = new Date((moved.updatedAt?.getTime() ?? at) + delay);
  const skus = life.lines.map(() => `SKU-${1 + random.below(SKUS)}`);
  return {
    ...moved,
    _id: `${shop}/${orderId}`,
    shop,
    orderId,
    name: `#${1001 + number}`,
    orderNumber: 1001 + number,
    updatedAt,
    test: number % 100 === 99,
    deletedAt: number % 200 === 150 ? updatedAt : null,
    customerId: traits.customerId,
    customers: [traits.customerId],
    tags: traits.tags,
    discountCodes: traits.codes,
    shippingCountry: traits.country,
    lines: moved.lines.map((line, i) => ({ ...line, sku: skus[i] ?? null })),
    refunds: moved.refunds.map((refund) => later(refund, delay) as typeof refund),
    body: bodyOf(body, number, new Date(at), updatedAt, traits, skus),
  };
}

type Traits = ReturnType<typeof traitsOf>;

function traitsOf(random: Random, customers: number) {
  const customer = 1 + random.below(customers);
  return {
    customerId: String(7_000_000 + customer),
    email: `customer-${customer}@example.com`,
    tags: [...new Set(Array.from({ length: random.below(4) }, () => random.pick(TAGS)))],
    codes: [random.pick(CODES)],
    country: random.pick(COUNTRIES),
  };
}

type Body = Record<string, unknown> & {
  customer: object;
  shipping_address: object;
  line_items: object[];
};

function bodyOf(
  template: OrderDocument['body'],
  number: number,
  at: Date,
  updatedAt: Date,
  { customerId, email, tags, codes, country }: Traits,
  skus: readonly string[],
): Body {
  const body = template as Body;
  return {
    ...body,
    id: 5_820_000_000_000 + number,
    name: `#${1001 + number}`,
    order_number: 1001 + number,
    email,
    contact_email: email,
    created_at: at.toISOString(),
    processed_at: at.toISOString(),
    updated_at: updatedAt.toISOString(),
    tags: tags.join(', '),
    discount_codes: codes.map((code) => ({ code, type: 'percentage' })),
    customer: { ...body.customer, id: Number(customerId), email },
    shipping_address: { ...body.shipping_address, country_code: country },
    line_items: body.line_items.map((line, i) => ({ ...line, sku: skus[i] })),
  };
}

/** The same with all its dates moved. */
function later(value: unknown, ms: number): unknown {
  if (value instanceof Date) return new Date(value.getTime() + ms);
  if (Array.isArray(value)) return value.map((item) => later(item, ms));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, later(item, ms)]));
}
