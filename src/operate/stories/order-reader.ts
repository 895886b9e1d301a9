import { trustedOrderKey, type OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import { equals } from '../../persist/equals.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import type { OrderMark } from '../cursors.ts';
import type { MissingEvents } from './missing-events.ts';
import { orderView, type OrderView } from './views.ts';

interface OrderFilter {
  shop?: string | undefined;
  status?: string | undefined;
  name?: string | undefined;
  /** Only orders with parked events. */
  parked?: boolean | undefined;
}

interface OrderViewPage {
  orders: OrderView[];
  /** Where the next page begins. */
  last: OrderMark | null;
}

/** Reads orders. Their history is in timeline.ts. */
export interface OrderReader {
  /** Newest first, by creation time at Shopify; orders without one come last. */
  list: (filter: OrderFilter & { limit: number; after: OrderMark | null }) => Promise<OrderViewPage>;
  order: (key: OrderKey) => Promise<OrderView | null>;
}

export function createOrderReader(
  { orders }: Pick<Collections, 'orders'>,
  missing: MissingEvents,
): OrderReader {
  const read = (conditions: object, limit: number) =>
    orders.find(conditions).sort({ createdAt: -1, _id: -1 }).limit(limit).lean<OrderDocument[]>();
  return {
    list: async ({ limit, after, ...filter }) => {
      const conditions = conditionsOf(filter);
      const dated = after?.at === null ? [] : await read({ ...conditions, ...olderThan(after) }, limit + 1);
      // Without a cursor, one query returns the undated last. After a cursor they are a range of their own.
      const left = after === null ? 0 : limit + 1 - dated.length;
      const undated = left > 0 ? await read({ ...conditions, ...undatedAfter(after) }, left) : [];
      const found = [...dated, ...undated];
      const page = found.slice(0, limit);
      const counts = await missing(page.map(({ _id }) => _id));
      const views = page.flatMap((document, i) => (counts[i] ? [orderView(document, counts[i])] : []));
      return { orders: views, last: found.length > limit ? markOf(page.at(-1)) : null };
    },
    order: async (key) => {
      const found = await orders.findOne({ _id: String(key) }).lean<OrderDocument>();
      const [counts] = found ? await missing([key]) : [];
      return found && counts ? orderView(found, counts) : null;
    },
  };
}

function conditionsOf({ shop, status, name, parked = false }: OrderFilter): object {
  return { ...equals({ shop, status, name }), ...(parked ? { parkedEvents: { $gt: 0 } } : {}) };
}

function olderThan(mark: OrderMark | null): object {
  if (mark?.at == null) return {};
  return {
    createdAt: { $lte: mark.at },
    $or: [{ createdAt: { $lt: mark.at } }, { _id: { $lt: String(mark.order) } }],
  };
}

function undatedAfter(mark: OrderMark | null): object {
  return { createdAt: null, ...(mark?.at === null ? { _id: { $lt: String(mark.order) } } : {}) };
}

function markOf(document: OrderDocument | undefined): OrderMark | null {
  return document ? { at: document.createdAt ?? null, order: trustedOrderKey(document._id) } : null;
}
