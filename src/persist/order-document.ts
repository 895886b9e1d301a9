import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { OrderDocument } from './order-schema.ts';

/** An order as it is stored: its parts beside its other fields, its key as `_id`. */
export function toDocument(key: OrderKey, order: Order, now: number): OrderDocument {
  const { parts, ...fields } = order;
  const createdAt = dateOf(order.facts.createdAt);
  return { _id: key, ...fields, ...parts, createdAt, touchedAt: new Date(now) };
}

/** The inverse. */
export function fromDocument(document: OrderDocument): Order {
  const { _id, createdAt: _, touchedAt: __, ...rest } = document;
  const { transactions, refunds, fulfillments, fulfillmentEvents, tenders, disputes, ...more } = rest;
  const { returns, edits, drafts, assessments, protections, ...fields } = more;
  const paid = { transactions, refunds, tenders, disputes };
  const shipped = { fulfillments, fulfillmentEvents, returns };
  return { ...fields, parts: { ...paid, ...shipped, edits, drafts, assessments, protections } };
}

/** Null if Shopify sent no valid time. */
function dateOf(text: string | null): Date | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}
