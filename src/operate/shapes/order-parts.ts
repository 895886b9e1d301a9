import { z } from 'zod';
import { STATUSES } from '../../order/status.ts';
import { instant } from './base.ts';

/** The parts of an order. A body may leave out any of their fields: then they are null. */
const word = z.string().nullable();
const money = z.string().nullable().describe('an exact amount');
const when = instant.nullable();
const units = z.number().int();
const words = z.array(z.string()).readonly();
const id = z.string().describe("Shopify's id");

export const line = z.object({
  id,
  productId: word,
  variantId: word,
  sku: word,
  title: word,
  vendor: word,
  quantity: units.describe('ordered'),
  currentQuantity: units.describe('without removed and refunded units'),
  fulfillableQuantity: units.nullable().describe('left to ship, as of the newest body'),
  shippedQuantity: units,
  refundedQuantity: units,
  price: money.describe('of one unit, before discounts'),
  totalDiscount: money.describe("the line's share of all discounts"),
  totalTax: money,
  requiresShipping: z.boolean(),
});

export const transaction = z.object({
  id,
  kind: word,
  status: word,
  gateway: word,
  amount: money,
  currency: word,
  parentId: word,
  test: z.boolean(),
  processedAt: when,
});

export const refund = z.object({
  id,
  processedAt: when,
  lines: z.array(
    z.object({
      id: word,
      lineId: word,
      quantity: units,
      subtotal: money.describe('without tax'),
      totalTax: money,
      restock: word,
    }),
  ),
  transactions: z.array(transaction),
});

export const fulfillment = z.object({
  id,
  name: word,
  status: word,
  shipmentStatus: word,
  trackingCompany: word,
  trackingNumbers: words,
  trackingUrls: words,
  createdAt: when,
  lines: z.array(z.object({ lineId: word, quantity: units })),
});

export const statusChange = z.object({
  status: z.enum(STATUSES),
  occurredAt: instant,
  appliedAt: instant,
  topic: z.string(),
  event: z.string(),
});

/** Small parts: each kind with its fields. */
export const otherParts = {
  fulfillmentEvents: z.array(z.object({ id, fulfillmentId: word, status: word, happenedAt: when })),
  tenders: z.array(z.object({ id, amount: money, currency: word, method: word, processedAt: when })),
  disputes: z.array(
    z.object({
      id,
      type: word,
      amount: money,
      currency: word,
      reason: word,
      status: word,
      evidenceDueBy: when,
      finalizedOn: when,
    }),
  ),
  returns: z.array(z.object({ id, status: word, name: word })),
  edits: z.array(z.object({ id, committedAt: when })),
  drafts: z.array(z.object({ id, name: word, status: word, completedAt: when, totalPrice: money })),
  assessments: z.array(z.object({ id, provider: word, risk: word })),
  protections: z.array(z.object({ id, status: word, eligibility: word })),
};
