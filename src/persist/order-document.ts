import { newOrder, type Order } from '../order/order.ts';
import type { OrderKey } from '../order/identity.ts';
import type { OrderDocument, PartField } from './order-schema.ts';

/** An order as it is stored: its parts beside its other fields, its key as `_id`. */
export function toDocument(key: OrderKey, order: Order, now: number): OrderDocument {
  const { parts, ...fields } = order;
  const createdAt = dateOf(order.facts.createdAt);
  return { _id: key, ...fields, ...parts, createdAt, touchedAt: new Date(now) };
}

/** The inverse. Kinds of parts missing from an older document are empty. */
export function fromDocument(document: OrderDocument): Order {
  const { _id, touchedAt: _, createdAt: __, ...fields } = document;
  const empty = newOrder(_id as OrderKey);
  const names = Object.keys(empty.parts) as PartField[];
  const parts = Object.fromEntries(names.map((name) => [name, fields[name] ?? []])) as Order['parts'];
  const rest = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !names.includes(name as PartField)),
  );
  return { ...empty, ...rest, parts };
}

/** Null if Shopify sent no valid time. */
function dateOf(text: string | null): Date | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}
