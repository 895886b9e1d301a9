import { z } from 'zod';
import { STATUSES } from '../../order/status.ts';
import { fulfillment, line, otherParts, refund, statusChange, transaction } from './order-parts.ts';
import { count, cursor, dateOrTime, instant, limit, nextCursor, reason, shop } from './base.ts';

/** The order is incomplete while one of these is above 0. */
export const missing = {
  waitingEvents: count.nullable().describe('accepted, not applied yet; null while Redis is down'),
  parkedEvents: count.describe('could not be applied'),
};

const word = z.string().nullable();
const money = z.string().nullable().describe('an exact amount, in the currency beside it');
const texts = z.array(z.string()).readonly();
const when = instant.nullable();

const facts = {
  orderNumber: z.number().int().nullable(),
  test: z.boolean().nullable(),
  taxesIncluded: z.boolean().nullable().describe('whether prices include tax'),
  tags: texts,
  discountCodes: texts,
  gatewayNames: texts,
  sourceName: word.describe('the channel: `web`, `pos`, or an app'),
  poNumber: word,
  customerId: word.describe("Shopify's id"),
  shippingCountry: word.describe('ISO 3166 code'),
  shippingRegion: word,
  createdAt: when,
  processedAt: when,
  updatedAt: when.describe("Shopify's time of the newest body"),
  closedAt: when,
  cancelledAt: when,
  cancelReason: word,
  deletedAt: when,
  changedAt: when.describe('when Lockstep last committed it'),
};

/** In the shop's currency and, where Shopify reports them, in the buyer's. */
const amounts = {
  currency: word,
  subtotalPrice: money,
  totalDiscounts: money,
  totalTax: money,
  totalShipping: money,
  totalDuties: money,
  totalTips: money,
  totalPrice: money,
  currentTotalPrice: money.describe('after edits, returns and refunds'),
  totalOutstanding: money,
  totalRefunded: money.describe('null if it was refunded in another currency only'),
  totalRefundedTax: money,
  presentmentCurrency: word.describe("the buyer's"),
  presentmentSubtotalPrice: money,
  presentmentTotalDiscounts: money,
  presentmentTotalTax: money,
  presentmentTotalShipping: money,
  presentmentTotalDuties: money,
  presentmentTotalPrice: money,
  presentmentCurrentTotalPrice: money,
};

export const order = z.object({
  shop: z.string(),
  orderId: z.string(),
  name: word,
  status: z.enum(STATUSES),
  financialStatus: word,
  fulfillmentStatus: word,
  ...amounts,
  ...missing,
  version: z.number().int().describe('counts commits'),
  snapshotAt: when,
  ...facts,
  lines: z.array(line),
  transactions: z.array(transaction),
  refunds: z.array(refund),
  fulfillments: z.array(fulfillment),
  ...otherParts,
  statusHistory: z.array(statusChange),
  external: z
    .record(
      z.string(),
      z.object({
        data: z.record(z.string(), z.unknown()).describe('masked, except for what its type declares public'),
        occurredAt: instant,
        receivedAt: instant,
        eventId: z.string(),
        source: z.string().describe('the name of the token that sent it'),
      }),
    )
    .describe('the newest event of each type that other systems sent, by type: `wms/picked`'),
  damage: z
    .array(z.string())
    .describe('Fields of its document that cannot be read. If there are any, the other fields are not shown'),
});

export const orderDetail = order.extend({
  body: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'the newest whole order as Shopify sent it, for operators; customer data is masked unless a reason was given. Numbers that JavaScript cannot represent exactly are text. Absent if nothing is stored (ORDER_BODY)',
    ),
  bodyLeftOut: z.string().optional().describe('why the body is not stored, or cannot be shown'),
});
export const orderDetailQuery = z.strictObject({ reason: reason.optional() });

export type ShownOrder = z.infer<typeof orderDetail>;

/** By a time at Shopify; `-`: newest first. */
const ORDER_SORTS = ['created', '-created', 'updated', '-updated'] as const;
export type OrderSort = (typeof ORDER_SORTS)[number];

const term = z.string().min(1).max(255);
const fieldNames = z
  .string()
  .max(2000)
  .transform((names) => names.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => Object.hasOwn(order.shape, name)), 'has an unknown field');

/** Which orders. */
export const orderFilterQuery = z.strictObject({
  shop: shop.optional(),
  status: z.enum(STATUSES).optional(),
  financialStatus: term.optional().describe("Shopify's word, for example `paid`"),
  fulfillmentStatus: term
    .optional()
    .describe("Shopify's word, for example `fulfilled`; `unfulfilled`: nothing was shipped"),
  name: z.string().min(1).max(100).optional(),
  customer: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional()
    .describe("Shopify's id of the customer"),
  email: term
    .optional()
    .describe("the order's e-mail address; for operators, and only of bodies stored in full (ORDER_BODY)"),
  sku: term.optional(),
  tag: term.optional(),
  test: z.enum(['0', '1']).optional().describe('`1`: only test orders, `0`: all others'),
  parked: z.literal('1').describe('only orders with parked events').optional(),
  createdFrom: dateOrTime.optional().describe('created at this time or later'),
  createdTo: dateOrTime.optional().describe('created before this time'),
  updatedSince: dateOrTime.optional().describe("updated at this time or later, by Shopify's clock"),
});
export type OrderFilterQuery = z.output<typeof orderFilterQuery>;

export const orderQuery = orderFilterQuery.extend({
  sort: z.enum(ORDER_SORTS).default('-created').describe('by a time at Shopify; `-`: newest first'),
  fields: fieldNames.optional().describe('only these fields of each order, with commas between them'),
  count: z.literal('1').optional().describe('also counts all orders that match'),
  limit: limit.default(50),
  cursor,
});

export type OrderQuery = z.output<typeof orderQuery>;

export const orderPage = z.object({
  orders: z.array(order).describe('with `fields`: only those'),
  cursor: nextCursor,
  count: count.nullable().optional().describe('with `count=1`; null: counting took too long'),
});
export type OrderPage = z.infer<typeof orderPage>;

/** Any text: an invalid address is an unknown order, not a malformed request. */
export const orderAddress = z.strictObject({ shop: z.string().max(1000), orderId: z.string().max(1000) });

/** One result of the search at the top of every page. */
const searchHit = z.object({
  kind: z.enum(['order', 'event']),
  /** `<shop>/<order id>`, or the event's 64 digits. */
  key: z.string(),
  label: z.string().describe('one line of text for people'),
});
export const searchQuery = z.strictObject({ q: z.string().trim().min(1).max(200) });
export const searchAnswer = z.object({
  hits: z.array(searchHit),
  looked: z.string().describe('what was searched'),
});
export type SearchHit = z.infer<typeof searchHit>;
export type SearchAnswer = z.infer<typeof searchAnswer>;
