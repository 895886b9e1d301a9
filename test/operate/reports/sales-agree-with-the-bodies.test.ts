import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../../testkit/deliveries/random.ts';
import { salesReports, type ReadSales } from '../../../src/operate/reports/sales-report.ts';
import {
  GROUPINGS,
  type SalesFigures,
  type SalesQuery,
  type SalesReport,
  type SalesRow,
} from '../../../src/operate/shapes/reports.ts';
import { reckon, type Figures, type Reckoned } from './ledger.ts';
import { inventSold, SHOPS, textOf, type Sold } from './sold-bodies.ts';
import { openOrders, store } from './sold-orders.ts';

const NOW = Date.UTC(2027, 1, 1);
const SEEDS = [1, 2, 3, 4, 5];
const ORDERS = 60;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'];
const COUNTS = ['orders', 'units'] as const;
/** A line has no share in them. */
const OF_ORDERS = ['shipping', 'duties', 'tips', 'refunded'] as const;

/** Calculated figures as the API writes them. */
function textsOf(figures: Figures, currency: string, ofLines = false): object {
  const texts = Object.entries(figures).map(([name, value]: [string, number]) => [
    name,
    COUNTS.includes(name as 'orders') ? value : textOf(value, currency),
  ]);
  const none = ofLines ? OF_ORDERS.map((name) => [name, null]) : [];
  return Object.fromEntries([...texts, ...none]) as object;
}

/** The figures of a row, without its other fields. */
function shown(row: SalesFigures | SalesRow): object {
  const others = ['currency', 'cancelled', 'group', 'name', 'detail', 'list'];
  return Object.fromEntries(Object.entries(row).filter(([name]) => !others.includes(name)));
}

describe('sales agree to the cent with the bodies of the orders', () => {
  let opened: Awaited<ReturnType<typeof openOrders>>;
  let sales: ReadSales;
  beforeAll(async () => {
    opened = await openOrders();
    sales = salesReports(opened.collections, () => NOW);
  });
  afterAll(() => opened?.close());
  beforeEach(() => opened.collections.orders.deleteMany({}));

  const ask = (query: Partial<SalesQuery>): Promise<SalesReport> =>
    sales({ zone: 'UTC', by: 'day', ...query } as SalesQuery, null);

  function expectSame(report: SalesReport, all: readonly Sold[], asked: Reckoned): void {
    const expected = [...reckon(all, asked)].map(([key, row]) => {
      const currency = key.slice(-3);
      return [key, textsOf(row, currency, asked.by === 'sku')];
    });
    const found = report.rows.map((row) => [`${row.group} ${row.currency}`, shown(row)] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    const totals = reckon(all, { ...asked, by: 'currency' });
    expect(Object.fromEntries(report.totals.map((each) => [each.currency, shown(each)]))).toEqual(
      Object.fromEntries([...totals].map(([key, row]) => [key.slice(-3), textsOf(row, key.slice(-3))])),
    );
  }

  test.each(SEEDS)(
    'grouped by anything, in any zone, with any period, test orders separately (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const all = Array.from({ length: ORDERS }, (_, i) => inventSold(random, seed * 1000 + i));
      await store(opened.collections, all);
      for (const by of GROUPINGS) {
        const zone = random.pick(ZONES);
        const period = random.pick([
          { from: '2026-01-01', to: '2027-01-31' },
          { from: '2026-03-29', to: '2026-10-24' },
          { from: '2026-10-25', to: '2027-01-03' },
        ]);
        const isTest = random.below(4) === 0;
        const shop = random.pick([undefined, ...SHOPS]);
        const asked = { by, zone, ...period, shop };
        const report = await ask({ ...asked, ...(isTest && { test: '1' }) } as Partial<SalesQuery>);
        expectSame(report, all, { ...asked, test: isTest });
        expect(report.unbalanced).toBe(0);
      }
    },
  );

  test('an order is listed for each figure that it is part of, and the figures are their sums', async () => {
    const random = randomFrom(77);
    const all = Array.from({ length: ORDERS }, (_, i) => inventSold(random, 1000 + i));
    await store(opened.collections, all);
    const period = { from: '2026-01-01', to: '2027-01-31' };
    for (const by of ['channel', 'country', 'discount', 'tag', 'sku', 'shop', 'currency'] as const) {
      const report = await ask({ ...period, by });
      expect(report.rows.length).toBeGreaterThan(1);
      for (const { group, currency, detail, gross, returns, orders, net } of report.rows) {
        const listed = await ask(detail as Partial<SalesQuery>);
        const sum = listed.totals.find((each) => each.currency === currency);
        expect([by, group, sum]).toMatchObject([by, group, { gross, returns, orders, net }]);
      }
    }
  });

  test('the counts say what was left out, and what does not add up', async () => {
    const random = randomFrom(5);
    const made = Array.from({ length: 6 }, (_, i) => ({
      ...inventSold(random, 100 + i),
      at: '2026-11-20T12:00:00Z',
      deleted: false,
      cancelled: i < 2,
      test: i >= 4,
      fee: i === 0 ? 100 : 0,
    }));
    await store(opened.collections, made);
    const { collection } = opened.collections.orders;
    const spoil = (sold: Sold, fields: object) =>
      collection.updateOne({ _id: `${sold.shop}/${sold.id}` as never }, { $set: fields });
    await spoil(made[3]!, { currency: null });
    const period = { from: '2026-11-20', to: '2026-11-20' };
    const report = await ask(period);
    expect(report).toMatchObject({ leftOut: { test: 2, unreadable: 1 }, unbalanced: 1, moreRows: 0 });
    const count = (name: 'orders' | 'cancelled') =>
      report.totals.reduce((sum, total) => sum + total[name], 0);
    expect([count('orders'), count('cancelled')]).toEqual([3, 2]);
    expect(await ask({ ...period, test: '1' })).toMatchObject({ test: true, leftOut: { test: 0 } });
  });

  const DAMAGES: object[] = [
    { lines: 'gone' },
    { lines: ['x', null, 7, { price: 'free', quantity: 'many' }] },
    { lines: [{ sku: 7, price: Number.NaN, quantity: 1 }] },
    { refunds: 'gone' },
    { refunds: [7, { processedAt: new Date('2026-11-20T12:00:00Z'), lines: 'x', transactions: { a: 1 } }] },
    { currency: 7 },
    { grossSales: '7.00', salesTax: 'x', unitsSold: [] },
    { tags: 'x', discountCodes: { a: 1 } },
    { totalTax: 'x', totalShipping: [1], totalTips: {} },
    { createdAt: [new Date('2026-11-20T12:00:00Z'), 'x'], lines: null, tags: null },
    { name: 7, sourceName: {}, shippingCountry: [] },
    { cancelledAt: 'yesterday', test: 'yes', taxesIncluded: 'no' },
  ];

  test('a damaged order does not break a report', async () => {
    const random = randomFrom(9);
    const all = DAMAGES.map((_, i) => ({
      ...inventSold(random, 100 + i),
      at: '2026-11-20T12:00:00Z',
      deleted: false,
      test: false,
    }));
    await store(opened.collections, all);
    for (const [i, fields] of DAMAGES.entries())
      await opened.collections.orders.collection.updateOne(
        { _id: `${all[i]!.shop}/${all[i]!.id}` as never },
        { $set: fields },
      );
    for (const by of GROUPINGS) {
      const report = await ask({ from: '2026-11-01', to: '2026-11-30', by });
      expect(report.leftOut.unreadable).toBeGreaterThan(0);
      expect(JSON.stringify(report)).not.toContain('NaN');
    }
  });
});
