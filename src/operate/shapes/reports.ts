import { z } from 'zod';
import { count, shop } from './base.ts';

/** What the rows of a report are grouped by. docs/reports.md defines its figures. */
const TIMES = ['day', 'week', 'month'] as const;
const TRAITS = ['shop', 'currency', 'channel', 'country', 'region', 'discount', 'tag', 'sku'] as const;
export const GROUPINGS = [...TIMES, ...TRAITS, 'order'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export type Trait = (typeof TRAITS)[number];

/** `2026-11-21`. MongoDB and browsers know more years than any shop. */
const day = z.iso.date().regex(/^(19|20|21)/, 'a day between 1900 and 2199');

export const salesQuery = z.strictObject({
  shop: shop.optional(),
  from: day.describe('the first day, in `zone`; default: 29 days before `to`').optional(),
  to: day.describe('the last day, in `zone`; default: today').optional(),
  by: z.enum(GROUPINGS).default('day'),
  zone: z.string().max(60).default('UTC').describe('IANA time zone, such as Europe/Berlin'),
  test: z.literal('1').describe('only test orders, which are otherwise left out').optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'three capital letters')
    .describe("only orders in this shop's currency")
    .optional(),
  of: z.enum(TRAITS).describe('only with by=order: orders of one group of this report').optional(),
  group: z.string().max(500).describe('that group; absent: orders without one').optional(),
});
export type SalesQuery = z.output<typeof salesQuery>;

const money = z.string().describe('an exact amount');
/** Null in a report by SKU: it belongs to no line. */
const ofOrders = z.string().nullable().describe('an exact amount; null in a report by SKU');

const figures = {
  currency: z.string(),
  orders: count.describe('created in the period'),
  cancelled: count.describe('of these, cancelled at any time'),
  units: count.describe('sold in these orders'),
  gross: money.describe('price × quantity of all lines, without tax and gift cards'),
  discounts: money,
  returns: money.describe('returned lines and adjustments, of refunds in the period'),
  net: money.describe('gross − discounts − returns'),
  shipping: ofOrders.describe('without tax; refunded shipping is deducted'),
  duties: ofOrders,
  tax: money.describe('of all kinds; refunded tax is deducted'),
  total: money.describe('net + shipping + duties + tax'),
  tips: ofOrders,
  giftCards: money.describe('sold gift cards: not part of sales'),
  refunded: ofOrders.describe('money paid back in the period'),
};
const totals = z.object(figures);
export type SalesFigures = z.infer<typeof totals>;

const salesRow = totals.extend({
  group: z
    .string()
    .nullable()
    .describe('`2026-11-21`, `2026-W47`, `2026-11`, a SKU, `US-KY`, a key of an order, …; null: none'),
  name: z.string().nullable().describe('of an order; null for other groups'),
  detail: z
    .record(z.string(), z.string())
    .nullable()
    .describe('parameters of this report that show its orders one by one; null: it is an order'),
  list: z
    .record(z.string(), z.string())
    .nullable()
    .describe("parameters of GET /orders that list the row's orders; null: no parameters can do that"),
});
export type SalesRow = z.infer<typeof salesRow>;

export const salesReport = z.object({
  shop: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  zone: z.string(),
  by: z.enum(GROUPINGS),
  test: z.boolean().describe('whether these are test orders'),
  rows: z.array(salesRow).describe('by time, or largest first; at most 1,000'),
  moreRows: count.describe('rows beyond those'),
  totals: z.array(totals).describe('one for each currency; includes rows that are not shown'),
  leftOut: z.object({
    test: count.describe('test orders'),
    unreadable: count.describe('orders with a damaged document, or without a currency'),
  }),
  unbalanced: count.describe("orders whose parts do not add up to Shopify's total price"),
});
export type SalesReport = z.infer<typeof salesReport>;
