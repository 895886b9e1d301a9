import { mongo } from 'mongoose';
import { z } from 'zod';
import { STATUSES } from '../order/status.ts';

/**
 * The documents of the collection `orders`: these shapes are the source of the types, the JSON Schema validator and
 * docs/data.md. Money is Decimal128, times are dates. In the rules (order/order.ts), both are texts or milliseconds.
 */

/** Money, in the currency beside it. */
const money = z.instanceof(mongo.Decimal128).nullable();
/** In the rules: ISO 8601 text. */
const time = z.date().nullable();
/** In the rules: milliseconds since 1970. */
const moment = z.date().meta({ rules: 'ms' });
const text = z.string().nullable();
const texts = z.array(z.string());
const count = z.int();

/** What the rules remember about an item, beside what people query (order/known.ts). */
const memory = { positions: z.record(z.string(), z.string()).optional() };
const part = { id: z.string(), ...memory, position: z.string(), removed: z.literal(true).optional() };

const line = z.object({
  id: z.string().describe("Shopify's id of the line"),
  productId: text,
  variantId: text,
  sku: text,
  title: text,
  vendor: text,
  quantity: count.describe('ordered'),
  currentQuantity: count.nullable().describe('without removed and refunded units'),
  fulfillableQuantity: count.nullable().describe('left to ship, as of the newest body'),
  shippedQuantity: count.optional().describe('in successful fulfillments'),
  refundedQuantity: count.optional().describe('in refunds'),
  price: money.describe('of one unit, before discounts'),
  totalDiscount: money.describe("the line's share of all discounts"),
  totalTax: money,
  requiresShipping: z.boolean(),
  giftCard: z.boolean(),
  ...memory,
});

const statuses = z.object({ status: z.string(), financialStatus: text, fulfillmentStatus: text });

const transaction = {
  id: z.string(),
  kind: text.describe('`sale`, `authorization`, `capture`, `refund`, `void`'),
  status: text.describe('`success`, `pending`, `failure`, `error`'),
  gateway: text,
  amount: money,
  currency: text,
  parentId: text,
  test: z.boolean(),
  processedAt: time,
};

const refundLine = z.object({
  id: text,
  lineId: text,
  quantity: count,
  subtotal: money.describe('after discounts; with tax if prices include it'),
  totalTax: money,
  restock: text,
});
const refundTransaction = z.object(transaction);

/** What people query. */
export const QUERY_FIELDS = z.object({
  _id: z.string().describe('the key of the order: `<shop>/<order id>`'),
  shop: z.string(),
  orderId: z.string().describe("Shopify's id"),
  name: text.describe('what the merchant sees: `#1001`'),
  orderNumber: count.nullable().describe('`1001`'),
  version: z
    .number()
    .describe("the number of commits. A commit's filter has the version that was loaded (P4)"),
  status: z.enum(STATUSES).describe('the [summary](how-it-works.md) of payment and fulfillment'),
  financialStatus: text.describe("Shopify's word for payment"),
  fulfillmentStatus: text.describe("Shopify's word for fulfillment"),
  test: z.boolean().nullable().describe('whether it is a test order'),
  taxesIncluded: z.boolean().nullable().describe('whether prices include tax'),
  tags: texts,
  discountCodes: texts,
  gatewayNames: texts.describe('how it was paid'),
  sourceName: text.describe('the channel: `web`, `pos`, or an app'),
  poNumber: text,
  customerId: text.describe("Shopify's id of the customer"),
  shippingCountry: text.describe('ISO 3166 code of the country it is shipped to'),
  shippingRegion: text.describe('code of the region in that country'),
  createdAt: time,
  processedAt: time.describe('when the buyer placed it: earlier than `createdAt` for imported orders'),
  updatedAt: time.describe("Shopify's time of the newest body"),
  closedAt: time,
  cancelledAt: moment.nullable().describe('permanent, whatever newer bodies say'),
  cancelReason: text,
  deletedAt: moment.nullable().describe('permanent'),
  changedAt: moment.describe('when Lockstep last committed it'),
  currency: text.describe("the shop's currency, for all amounts except `presentment…`"),
  subtotalPrice: money.describe('of all lines, after discounts, without shipping'),
  totalDiscounts: money,
  totalTax: money,
  totalShipping: money,
  totalDuties: money.describe('as of the order'),
  totalTips: money,
  totalPrice: money.describe('as of the order, with tax, shipping, duties and tips'),
  currentTotalPrice: money.describe('the total after edits, returns and refunds'),
  totalOutstanding: money.describe('not paid yet'),
  totalRefunded: money
    .optional()
    .describe('in successful refunds; null if all of them are in another currency'),
  totalRefundedTax: money.optional().describe('the tax in the refunded lines'),
  unitsSold: count.optional().describe('for [reports](reports.md), like the next six'),
  grossSales: money.optional().describe('of all lines, before discounts, without tax and gift cards'),
  salesDiscounts: money.optional().describe('of these lines'),
  salesTax: money.optional().describe('of lines and shipping'),
  salesShipping: money.optional().describe('without tax'),
  giftCardSales: money.optional().describe('sold gift cards'),
  salesDifference: money
    .optional()
    .describe('by how much `totalPrice` exceeds the sum of its parts; null without a total'),
  presentmentCurrency: text.describe("the buyer's currency, for the amounts `presentment…`"),
  presentmentSubtotalPrice: money,
  presentmentTotalDiscounts: money,
  presentmentTotalTax: money,
  presentmentTotalShipping: money,
  presentmentTotalDuties: money,
  presentmentTotalPrice: money,
  presentmentCurrentTotalPrice: money,
  lines: z.array(line),
  transactions: z.array(z.object({ ...transaction, ...part })).describe('payments'),
  refunds: z.array(
    z.object({
      ...part,
      processedAt: time,
      shipping: money.describe('refunded shipping'),
      shippingTax: money,
      adjustment: money.describe(
        'how much less (negative: more) the merchant refunded than the lines and shipping',
      ),
      adjustmentTax: money,
      lines: z.array(refundLine),
      transactions: z.array(refundTransaction),
      gone: z
        .looseObject({ lines: z.array(refundLine), transactions: z.array(refundTransaction) })
        .partial()
        .optional(),
    }),
  ),
  fulfillments: z.array(
    z.object({
      ...part,
      name: text,
      status: text,
      shipmentStatus: text,
      trackingCompany: text,
      trackingNumbers: texts,
      trackingUrls: texts,
      createdAt: time,
      lines: z.array(z.object({ lineId: text, quantity: count })),
    }),
  ),
  fulfillmentEvents: z
    .array(z.object({ ...part, fulfillmentId: text, status: text, happenedAt: time }))
    .describe('where the parcels are'),
  tenders: z
    .array(z.object({ ...part, amount: money, currency: text, method: text, processedAt: time }))
    .describe('tender transactions'),
  disputes: z.array(
    z.object({
      ...part,
      type: text,
      amount: money,
      currency: text,
      reason: text,
      status: text,
      evidenceDueBy: time,
      finalizedOn: time,
    }),
  ),
  returns: z.array(z.object({ ...part, status: text, name: text })),
  edits: z.array(z.object({ ...part, committedAt: time })),
  drafts: z.array(z.object({ ...part, name: text, status: text, completedAt: time, totalPrice: money })),
  assessments: z.array(z.object({ ...part, provider: text, risk: text })).describe('of risk'),
  protections: z.array(z.object({ ...part, status: text, eligibility: text })),
  statusHistory: z
    .array(
      z.object({
        status: z.enum(STATUSES),
        occurredAt: moment,
        appliedAt: moment,
        topic: z.string(),
        event: z.string(),
      }),
    )
    .describe('the last 100 changes of `status`'),
  external: z
    .record(
      z.string(),
      z.object({
        data: z.record(z.string(), z.unknown()),
        occurredAt: moment,
        receivedAt: moment,
        eventId: z.string(),
        source: z.string(),
        public: texts,
        position: z.string(),
      }),
    )
    .optional()
    .describe('the newest event of each type that [other systems](intake.md) sent, such as `wms/picked`'),
  parkedEvents: z.number().describe('while it is above 0, the order is incomplete'),
  body: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe('the newest whole order as Shopify sent it: see below'),
  bodySource: z
    .looseObject({ kept: z.enum(['full', 'masked']), bytes: z.number(), position: z.string() })
    .extend({ leftOut: z.string().optional() })
    .optional()
    .describe('where `body` comes from: see below'),
});

/** What the rules remember. Nothing else may rely on it. */
export const MEMORY_FIELDS = z.object({
  presentmentTotalOf: money.describe('the `totalPrice` that `presentmentTotalPrice` corresponds to'),
  customers: texts.describe(
    "Shopify's ids of all customers named in its bodies; redactions find the order by them",
  ),
  snapshot: z
    .looseObject({ position: z.string(), at: moment, topic: z.string() })
    .nullable()
    .describe('the newest body with the whole order'),
  position: z.string().describe('the highest position so far'),
  furthest: z
    .looseObject({ topic: z.string(), at: moment })
    .nullable()
    .describe('the event with that position'),
  sequence: z.number().describe('how many events have been processed'),
  applied: z
    .array(
      z.object({
        event: z.string(),
        outcome: z.string(),
        because: text,
        sequence: z.number(),
        occurredAt: moment,
        appliedAt: moment,
      }),
    )
    .describe(
      'the last 200 events, with their outcomes: enough to recognise an event that was applied already (P3), and to rewrite its journal entry',
    ),
  committed: z
    .object({
      version: z.number(),
      committedAt: moment,
      changed: texts,
      events: z.array(
        z.object({
          event: text,
          topic: z.string(),
          sequence: z.number().nullable(),
          outcome: text,
          occurredAt: moment,
          before: statuses.nullable(),
          after: statuses,
        }),
      ),
    })
    .optional()
    .describe('what its last commit changed, for the [change feed](changes.md)'),
  positions: memory.positions.describe('positions of fields that come from a body older than the snapshot'),
  gone: z
    .looseObject({ lines: z.array(line) })
    .optional()
    .describe('lines missing from the newest list'),
});

export const ORDER_FIELDS = QUERY_FIELDS.extend(MEMORY_FIELDS.shape);

/** An order in MongoDB. */
export type OrderDocument = z.infer<typeof ORDER_FIELDS>;
