import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import { amountOf, decimalOf } from '../../src/order/decimal.ts';
import { isoOf } from '../../src/order/instants.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import { toDocument } from '../../src/persist/order-document.ts';
import { ORDER_FIELDS, type OrderDocument } from '../../src/orders.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

type Body = Readonly<Record<string, unknown>>;

const KEY = keyOf('5820001001000');

function storedFrom(deliveries: readonly { topic: string; body: Uint8Array }[]): OrderDocument {
  const waiting = deliveries.map(({ topic, body }) =>
    waitingEvent(topic as never, null, { body: Buffer.from(body), triggeredAt: null }),
  );
  const { order } = decide(KEY, null, waiting, Date.UTC(2026, 11, 1), new Map(), createBodyKeeper('full'));
  if (!order) throw new Error('the events made no order');
  return toDocument(KEY, order, 0);
}

type Read = (value: unknown) => unknown;

const asIs: Read = (value) => value;
const instant: Read = (value) => isoOf(value);
const amount: Read = (value) => amountOf(String(value));
const ofShop: Read = (set) => set && amountOf((set as { shop_money: { amount: string } }).shop_money.amount);
const list: Read = (text) =>
  String(text)
    .split(', ')
    .filter((tag) => tag !== '');

/** What each fact must be, read from the stored body alone. */
const FACTS: readonly (readonly [fact: keyof OrderDocument, field: string, read: Read])[] = [
  ['name', 'name', asIs],
  ['orderNumber', 'order_number', asIs],
  ['test', 'test', asIs],
  ['financialStatus', 'financial_status', asIs],
  ['fulfillmentStatus', 'fulfillment_status', asIs],
  ['sourceName', 'source_name', asIs],
  ['poNumber', 'po_number', asIs],
  ['gatewayNames', 'payment_gateway_names', asIs],
  ['tags', 'tags', list],
  ['discountCodes', 'discount_codes', (codes) => (codes as Body[]).map(({ code }) => code)],
  ['customerId', 'customer', (customer) => customer && String((customer as { id: number }).id)],
  ['shippingCountry', 'shipping_address', (address) => address && (address as Body).country_code],
  ['createdAt', 'created_at', instant],
  ['processedAt', 'processed_at', instant],
  ['updatedAt', 'updated_at', instant],
  ['closedAt', 'closed_at', instant],
  ['currency', 'currency', asIs],
  ['presentmentCurrency', 'presentment_currency', asIs],
  ['subtotalPrice', 'subtotal_price', amount],
  ['totalDiscounts', 'total_discounts', amount],
  ['totalTax', 'total_tax', amount],
  ['totalPrice', 'total_price', amount],
  ['currentTotalPrice', 'current_total_price', amount],
  ['totalOutstanding', 'total_outstanding', amount],
  ['totalTips', 'total_tip_received', amount],
  ['totalShipping', 'total_shipping_price_set', ofShop],
  ['totalDuties', 'original_total_duties_set', ofShop],
];

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return value instanceof mongo.Decimal128 ? value.toString() : value;
}

/** Facts that differ from the body. A field that the body lacks proves nothing. */
function disagreements({ body, ...document }: OrderDocument): object[] {
  if (!body) return [{ fact: 'body' }];
  return FACTS.filter(([, field]) => body[field] !== undefined).flatMap(([fact, field, read]) => {
    const [found, expected] = [plain((document as Body)[fact]), read(body[field]) ?? null];
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ fact, found, expected }];
  });
}

describe('typed facts', () => {
  test('agree with the body, for any life of an order', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const life = lifeOf(randomFrom(seed), 'example.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z'));
      const document = storedFrom(life);
      expect({ seed, wrong: disagreements(document) }).toEqual({ seed, wrong: [] });
      expect(ORDER_FIELDS.safeParse(document).error?.issues ?? []).toEqual([]);
    }
  });

  test('line facts agree, and what was refunded is the sum of its successful transactions', () => {
    let refunded = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const life = lifeOf(randomFrom(seed), 'example.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z'));
      const document = storedFrom(life);
      const lines = (document.body ?? {}).line_items as Body[];
      expect(document.lines.map(({ sku, quantity, price }) => [sku, quantity, String(price)])).toEqual(
        lines.map(({ sku, quantity, price }) => [sku, quantity, amount(price)]),
      );
      const moved = document.transactions.filter(
        ({ kind, status, test: isTest }) => kind === 'refund' && status === 'success' && !isTest,
      );
      const sum = moved.reduce((all, { amount }) => all + (decimalOf(String(amount)) ?? 0n), 0n);
      refunded += Number(sum > 0n);
      expect(decimalOf(String(document.totalRefunded))).toBe(sum);
    }
    expect(refunded).toBeGreaterThan(5);
  });

  const SAMPLES = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures');
  const samples = existsSync(SAMPLES)
    ? readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter(
        (name) => /\borders__(?!delete|edited)\w+\.json$/.test(name) || /\d__orders__/.test(name),
      )
    : [];
  (samples.length > 0 ? test.each(samples) : test.skip.each(['no samples']))(
    "Shopify's sample %s",
    (name) => {
      const body = readFileSync(path.join(SAMPLES, name));
      expect(disagreements(storedFrom([{ topic: 'orders/updated', body }]))).toEqual([]);
    },
  );
});

describe('bad amounts and times', () => {
  const stored = (fields: object) =>
    storedFrom([
      {
        topic: 'orders/create',
        body: Buffer.from(
          JSON.stringify({
            id: 5820001001000,
            updated_at: '2026-11-20T10:00:00Z',
            currency: 'USD',
            ...fields,
          }),
        ),
      },
    ]);

  test.each([
    ['1e400', null],
    ['', null],
    ['abc', null],
    ['-0.00', '0.00'],
    ['007.5', '7.5'],
    [12.5, '12.5'],
    [null, null],
  ])('total_price %j is stored as %s, and the body as it was sent', (total, amount) => {
    const document = stored({ total_price: total });
    expect(document.totalPrice === null ? null : String(document.totalPrice)).toBe(amount);
    expect((document.body as Body).total_price).toEqual(total);
    expect(document.applied).toHaveLength(1);
  });

  test('a number beyond any amount is unknown, and the body keeps its digits', () => {
    const body = Buffer.from('{"id":5820001001000,"updated_at":"2026-11-20T10:00:00Z","total_price":1e400}');
    const document = storedFrom([{ topic: 'orders/create', body }]);
    expect(document.totalPrice).toBeNull();
    expect(String((document.body as Body).total_price)).toBe('1E+400');
  });

  test.each([
    ['2026-11-20T10:00:00', null],
    ['yesterday', null],
    ['2026-11-20T10:00:00-05:00', '2026-11-20T15:00:00.000Z'],
    ['2026-11-20 10:00:00 -0500', null],
    ['', null],
  ])('created_at %j is %s', (created, instant) => {
    const document = stored({ created_at: created });
    expect(plain(document.createdAt)).toBe(instant);
    expect((document.body as Body).created_at).toBe(created);
  });

  test('what is unknown is noted, and an order closed at an unreadable time is closed', () => {
    const document = stored({ total_price: 'abc', created_at: 'yesterday', closed_at: 'today' });
    expect(plain(document.closedAt)).toBe('2026-11-20T10:00:00.000Z');
    expect((document.applied[0] as unknown as { notes: string[] }).notes).toEqual([
      'total_price is not an amount, and counts as unknown',
      'created_at is not a time with a time zone, and counts as unknown',
    ]);
  });
});
