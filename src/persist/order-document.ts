import { trustedOrderKey, type OrderKey } from '../order/identity.ts';
import { newOrder, type Order } from '../order/order.ts';
import type { OrderDocument } from './order-schema.ts';

/** An order as it is stored: its parts beside its other fields, its key as `_id`. */
export function toDocument(key: OrderKey, order: Order, now: number): OrderDocument {
  const { parts, ...fields } = order;
  const createdAt = dateOf(order.facts.createdAt);
  return { _id: key, ...fields, ...parts, createdAt, touchedAt: new Date(now) };
}

/** The inverse. Fields that a document lacks are those of a new order. */
export function fromDocument(document: OrderDocument): Order {
  const { _id, createdAt: _, touchedAt: __, ...rest } = document;
  const { transactions = [], refunds = [], tenders = [], disputes = [], drafts = [], ...more } = rest;
  const { fulfillments = [], fulfillmentEvents = [], returns = [], edits = [], ...last } = more;
  const { assessments = [], protections = [], ...fields } = last;
  const paid = { transactions, refunds, tenders, disputes, drafts, edits, assessments, protections };
  return {
    ...newOrder(trustedOrderKey(_id)),
    ...fields,
    parts: { ...paid, fulfillments, fulfillmentEvents, returns },
  };
}

/** Null if Shopify sent no valid time. */
function dateOf(text: string | null): Date | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}
