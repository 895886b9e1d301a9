import { mongo } from 'mongoose';
import { trustedOrderKey, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { sameValue } from '../order/same-value.ts';
import { leftOut } from '../order/whole-body.ts';
import { isTooLargeDocument } from './bulk-write.ts';
import { fromDocument, toDocument } from './order-document.ts';
import type { OrderDocument } from './order-fields.ts';

const { serialize, deserialize } = mongo.BSON;

/**
 * Whether a document is stored as this version stores the same order: with today's fields and types, and the figures
 * derived from them. Its body is not compared.
 * @param document not damaged
 */
export function isInTodaysForm(document: OrderDocument): boolean {
  const key = trustedOrderKey(document._id);
  const { whole: _, ...order } = fromDocument(document);
  return sameValue(formOf(document), formOf(toDocument(key, order, 0)));
}

/** As MongoDB returns it: without undefined fields, and with one type for all numbers. */
function formOf(document: OrderDocument): unknown {
  const { body: _, bodySource: __, changedAt: ___, ...rest } = document;
  return deserialize(serialize(rest, { ignoreUndefined: true }));
}

/** The order, without its body if it would be too large with it. */
export function fitting(key: OrderKey, order: Order): Order {
  if (!order.whole?.body || !isTooLargeDocument(toDocument(key, order, 0))) return order;
  return { ...order, whole: leftOut(order.whole) };
}
