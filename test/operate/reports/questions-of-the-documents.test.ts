import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { ask, indexesUsed, usesItsIndexes } from '../../../load-tests/questions/ask.ts';
import { seedOrders } from '../../../load-tests/questions/seed.ts';
import { randomFrom } from '../../../testkit/deliveries/random.ts';
import { mongoshText } from '../../../testkit/documents/mongosh.ts';
import {
  questionsAbout,
  SUBJECT,
  type Question,
  type Subject,
} from '../../../testkit/documents/questions.ts';
import { decimalOf, decimalText } from '../../../src/order/decimal.ts';
import { amountInSum } from '../../../src/persist/decimal128.ts';
import type { OrderDocument } from '../../../src/persist/order-fields.ts';
import type { Grouping } from '../../../src/operate/shapes/reports.ts';
import { reckon } from './ledger.ts';
import { inventSold, textOf } from './sold-bodies.ts';
import { openOrders, store } from './sold-orders.ts';

const ORDERS = 600;
const REVENUE = [
  ['Revenue by day', 'day', 'day'],
  ['Revenue by SKU', 'sku', 'sku'],
  ['Revenue by discount code', 'code', 'discount'],
  ['Revenue by country', 'country', 'country'],
  ['Revenue by tag', 'tag', 'tag'],
] as const satisfies readonly (readonly [string, string, Grouping])[];

type Opened = Awaited<ReturnType<typeof openOrders>>;

const driverOf = ({ collections }: Opened) => collections.orders.collection as unknown as mongo.Collection;

function titled(title: string, subject: Subject): Question {
  const found = questionsAbout(subject).find((question) => question.title === title);
  if (!found) throw new Error(`there is no question ${title}`);
  return found;
}

/** The money of a row, with the decimals of its currency. */
function amountsOf(row: mongo.Document, currency: string): Record<string, string> {
  const places = currency === 'JPY' ? 0 : 2;
  const names = ['gross', 'discounts', 'returns', 'net'];
  return Object.fromEntries(
    names.map((name) => [name, decimalText(decimalOf(amountInSum(row[name])) ?? 0n, places)]),
  );
}

describe('the revenue of docs/data.md agrees to the cent with the bodies of the orders', () => {
  let opened: Opened;
  const all = [1, 2, 3].flatMap((seed) => {
    const random = randomFrom(seed);
    return Array.from({ length: 100 }, (_, i) => inventSold(random, seed * 1000 + i));
  });
  beforeAll(async () => {
    opened = await openOrders();
    await store(opened.collections, all);
  });
  afterAll(() => opened?.close());

  /** Clocks change in both months: in New York, in March forward, and in November back. */
  const months = [
    { from: '2026-03-01', to: '2026-03-31', starts: '2026-03-01T05:00:00Z', ends: '2026-04-01T04:00:00Z' },
    { from: '2026-11-01', to: '2026-11-30', starts: '2026-11-01T04:00:00Z', ends: '2026-12-01T05:00:00Z' },
  ];

  test.each(REVENUE.flatMap((each) => months.map((month) => [...each, month] as const)))(
    '%s',
    async (title, name, by, { from, to, starts, ends }) => {
      const subject = {
        ...SUBJECT,
        shop: 'a.myshopify.com',
        from: new Date(starts),
        until: new Date(ends),
      };
      const rows = await ask(driverOf(opened), titled(title, subject));
      const found = rows.map((row) => {
        const key = row._id as Record<string, string | null>;
        const currency = String(key.currency);
        return [`${key[name]} ${currency}`, amountsOf(row, currency)];
      });
      const expected = [
        ...reckon(all, { by, zone: subject.zone, from, to, test: false, shop: subject.shop }),
      ].map(([key, figures]) => {
        const { gross, discounts, returns, net } = figures;
        const currency = key.slice(-3);
        const texts = Object.entries({ gross, discounts, returns, net }).map(([each, value]) => [
          each,
          textOf(value, currency),
        ]);
        return [key, Object.fromEntries(texts)];
      });
      expect(expected.length).toBeGreaterThan(2);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    },
  );
});

describe('the questions of docs/data.md', () => {
  let opened: Opened;
  let all: OrderDocument[];
  beforeAll(async () => {
    opened = await openOrders();
    await seedOrders(opened.collections, { orders: ORDERS, shops: 2 });
    all = await opened.collections.orders.find().lean<OrderDocument[]>();
  });
  afterAll(() => opened?.close());

  test.each(questionsAbout(SUBJECT).map((question) => [question.title, question] as const))(
    '%s: uses its indexes and finds something',
    async (_, question) => {
      const orders = driverOf(opened);
      const { db } = opened.collections.orders.db;
      const used = await indexesUsed(db as mongo.Db, orders, question);
      expect([used, usesItsIndexes(question, used)]).toEqual([used, true]);
      expect((await ask(orders, question)).length).toBeGreaterThan(0);
    },
  );

  const newest = (field: 'createdAt' | 'updatedAt') => (a: OrderDocument, b: OrderDocument) =>
    Number(b[field]) - Number(a[field]);
  const emailOf = ({ body }: OrderDocument) => String(body?.email).toLowerCase();

  test.each<[string, (order: OrderDocument) => boolean, 'createdAt' | 'updatedAt', number]>([
    [
      'Orders of an e-mail address, in any case',
      (order) => emailOf(order) === SUBJECT.email.toLowerCase(),
      'createdAt',
      50,
    ],
    ['The newest orders with a tag', ({ tags }) => tags.includes(SUBJECT.tag), 'createdAt', 50],
    [
      'The newest orders of a SKU',
      ({ lines }) => lines.some(({ sku }) => sku === SUBJECT.sku),
      'createdAt',
      50,
    ],
    [
      'Orders that changed since a time, the last change first',
      ({ updatedAt }) => Number(updatedAt) >= SUBJECT.since.getTime(),
      'updatedAt',
      100,
    ],
  ])('%s: finds what is there', async (title, isAsked, sortedBy, limit) => {
    const found = await ask(driverOf(opened), titled(title, SUBJECT));
    const expected = all.filter(isAsked).toSorted(newest(sortedBy)).slice(0, limit);
    expect(found.map(({ _id }) => String(_id))).toEqual(expected.map(({ _id }) => _id));
  });

  test('orders that are seeded have sound figures, and bodies in full', () => {
    const isSound = ({ salesDifference, bodySource }: OrderDocument) =>
      Number(salesDifference) === 0 && bodySource?.kept === 'full';
    expect(all.filter((order) => !isSound(order))).toEqual([]);
    expect(all.filter(({ refunds }) => refunds.length > 0).length).toBeGreaterThan(20);
    expect(all.filter(({ salesDiscounts }) => Number(salesDiscounts) > 0).length).toBeGreaterThan(100);
  });

  test('a query as text is the query that is run', () => {
    for (const question of questionsAbout(SUBJECT)) {
      const calls: Record<string, unknown> = {};
      const call = (name: string) => (value: unknown) => {
        calls[name] = value;
        return chain;
      };
      const names = ['find', 'sort', 'limit', 'collation', 'aggregate'];
      const chain: object = Object.fromEntries(names.map((name) => [name, call(name)]));
      // oxlint-disable-next-line typescript/no-implied-eval -- the text is made here, from the table
      const read = new Function('db', 'ISODate', mongoshText(question));
      read({ orders: chain }, (text: string) => new Date(text));
      const { find: filter, aggregate: pipeline, ...others } = calls;
      expect(pipeline === undefined ? { filter, ...others } : { pipeline }).toEqual(question.query);
    }
  });
});
