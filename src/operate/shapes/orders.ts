import { z } from 'zod';
import { STATUSES } from '../../order/status.ts';
import { count, cursor, instant, limit, nextCursor, shop } from './base.ts';

export const orderQuery = z.strictObject({
  shop: shop.optional(),
  status: z.enum(STATUSES).optional(),
  name: z.string().min(1).max(100).optional(),
  parked: z.literal('1').describe('only orders with parked events').optional(),
  limit: limit.default(50),
  cursor,
});

/** The order is incomplete while one of these is above 0. */
export const missing = {
  waitingEvents: count.nullable().describe('accepted, not applied yet; null while Redis is down'),
  parkedEvents: count.describe('could not be applied'),
};

const part = z.record(z.string(), z.unknown());

export const order = z.object({
  shop: z.string(),
  orderId: z.string(),
  name: z.string().nullable(),
  status: z.enum(STATUSES),
  financialStatus: z.string().nullable(),
  fulfillmentStatus: z.string().nullable(),
  currency: z.string().nullable(),
  totalPrice: z.string().nullable(),
  ...missing,
  version: z.number().int().describe('counts commits'),
  snapshotAt: instant.nullable(),
  createdAt: instant.nullable(),
  cancelledAt: instant.nullable(),
  deletedAt: instant.nullable(),
  lines: z.array(part),
  transactions: z.array(part),
  refunds: z.array(part),
  fulfillments: z.array(part),
  fulfillmentEvents: z.array(part),
  tenders: z.array(part),
  disputes: z.array(part),
  returns: z.array(part),
  edits: z.array(part),
  drafts: z.array(part),
  assessments: z.array(part),
  protections: z.array(part),
  statusHistory: z.array(part),
  damage: z
    .array(z.string())
    .describe('Fields of its document that cannot be read. If there are any, the other fields are not shown'),
});

export type ShownOrder = z.infer<typeof order>;

export const orderPage = z.object({ orders: z.array(order), cursor: nextCursor });
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
