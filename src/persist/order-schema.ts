import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';
import type { Order } from '../order/order.ts';
import type { Parts } from '../order/part.ts';

/** An order in MongoDB: `_id` is its key, `<shop>/<order id>`. Parts are stored beside the other fields. */
export interface OrderDocument extends Omit<Order, 'parts'>, Parts {
  _id: string;
  /** When it was created at Shopify, for lists. */
  createdAt: Date | null;
  /** When it was last committed. */
  touchedAt: Date;
}

const { Mixed } = Schema.Types;

export const orderSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    orderId: { type: String, required: true },
    version: { type: Number, required: true },
    name: String,
    status: { type: String, required: true },
    facts: { type: Mixed, required: true },
    ends: { type: Mixed, required: true },
    lines: [Mixed],
    positions: Mixed,
    gone: Mixed,
    customers: [String],
    transactions: [Mixed],
    refunds: [Mixed],
    fulfillments: [Mixed],
    fulfillmentEvents: [Mixed],
    tenders: [Mixed],
    disputes: [Mixed],
    returns: [Mixed],
    edits: [Mixed],
    drafts: [Mixed],
    assessments: [Mixed],
    protections: [Mixed],
    snapshot: Mixed,
    position: String,
    furthest: Mixed,
    sequence: Number,
    applied: [Mixed],
    statusHistory: [Mixed],
    parkedEvents: Number,
    createdAt: Date,
    touchedAt: Date,
  } satisfies FieldsOf<OrderDocument>,
  { collection: 'orders', versionKey: false, strict: true, minimize: false },
);

// For lists, newest first: all orders, those of a shop, those with a status.
orderSchema.index({ createdAt: -1, _id: -1 });
orderSchema.index({ shop: 1, createdAt: -1, _id: -1 });
orderSchema.index({ status: 1, createdAt: -1, _id: -1 });
orderSchema.index({ name: 1, _id: -1 });
// Orders with parked events are few.
orderSchema.index({ parkedEvents: 1 }, { partialFilterExpression: { parkedEvents: { $gt: 0 } } });
// To find an order by its id without its shop.
orderSchema.index({ orderId: 1 });
// To redact or export a customer's data.
orderSchema.index({ customers: 1, shop: 1 });
