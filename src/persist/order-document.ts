import { trustedOrderKey, type OrderKey } from '../order/identity.ts';
import { newOrder, type Order } from '../order/order.ts';
import type { Parts } from '../order/part.ts';
import type { OrderDocument } from './order-schema.ts';

/** An order as it is stored: its parts beside its other fields, its key as `_id`. */
export function toDocument(key: OrderKey, order: Order, now: number): OrderDocument {
  const { parts, ...fields } = order;
  const createdAt = dateOf(order.facts.createdAt);
  return { _id: key, ...fields, ...parts, createdAt, touchedAt: new Date(now) };
}

type Stored = Omit<OrderDocument, keyof Parts> & Partial<Parts>;

/** The inverse. A field that a document lacks gets its value in a new order. */
export function fromDocument(document: Stored): Order {
  const { _id, createdAt: _, touchedAt: __, ...stored } = document;
  const { parts: none, ...empty } = newOrder(trustedOrderKey(_id));
  const { transactions, refunds, tenders, disputes, drafts, edits, ...rest } = { ...none, ...stored };
  const { fulfillments, fulfillmentEvents, returns, assessments, protections, ...fields } = rest;
  const parts = { transactions, refunds, tenders, disputes, drafts, edits, assessments, protections };
  return { ...empty, ...fields, parts: { ...parts, fulfillments, fulfillmentEvents, returns } };
}

/** Null if Shopify sent no valid time. */
function dateOf(text: string | null): Date | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}
