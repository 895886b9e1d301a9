import { trustedOrderKey } from '../../order/identity.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import type { OrderMark } from '../cursors.ts';
import type { OrderSort } from '../shapes/orders.ts';
import type { OrderFilter } from './order-filter.ts';

/** How a list of orders is sorted: by a time at Shopify, then by key. */

type Field = 'createdAt' | 'updatedAt';

function fieldOf(sort: OrderSort): Field {
  return sort.endsWith('created') ? 'createdAt' : 'updatedAt';
}

function isDescending(sort: OrderSort): boolean {
  return sort.startsWith('-');
}

export function sortKeys(sort: OrderSort): Record<string, 1 | -1> {
  const way = isDescending(sort) ? -1 : 1;
  return { [fieldOf(sort)]: way, _id: way };
}

/** These have an index of their own, which finds few orders: sorting them is cheap, and MongoDB chooses. */
const SELECTIVE = ['name', 'customer', 'email', 'sku', 'tag', 'test', 'parked', 'updatedSince'] as const;

/** A list by creation time comes in the order of its index. MongoDB sometimes chooses another one, and then sorts. */
export function indexFor(filter: OrderFilter, sort: OrderSort): Record<string, 1 | -1> | undefined {
  if (fieldOf(sort) !== 'createdAt' || SELECTIVE.some((name) => filter[name])) return undefined;
  const { shop, status } = filter;
  return {
    ...(shop !== undefined && { shop: 1 }),
    ...(status !== undefined && { status: 1 }),
    createdAt: -1,
    _id: -1,
  };
}

/** MongoDB sorts an unknown time before all others. */
const FIRST = new Date(-8.64e15);

/** Conditions for what follows a mark, one range after the other: orders without a time are a separate range. */
export function rangesAfter(mark: OrderMark | null, sort: OrderSort): object[] {
  if (mark === null) return [{}];
  const field = fieldOf(sort);
  const further = isDescending(sort) ? '$lt' : '$gt';
  const undated = { [field]: null };
  const sameTime = { _id: { [further]: String(mark.order) } };
  if (mark.at === null) {
    const rest = { ...undated, ...sameTime };
    return isDescending(sort) ? [rest] : [rest, { [field]: { $gte: FIRST } }];
  }
  const dated = {
    [field]: { [`${further}e`]: mark.at },
    $or: [{ [field]: { [further]: mark.at } }, sameTime],
  };
  return isDescending(sort) ? [dated, undated] : [dated];
}

export function markOf(document: OrderDocument | undefined, sort: OrderSort): OrderMark | null {
  return document ? { at: document[fieldOf(sort)] ?? null, order: trustedOrderKey(document._id) } : null;
}
