import type { OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import { orderView, type OrderView } from './views.ts';

interface OrderFilter {
  shop?: string | undefined;
  status?: string | undefined;
  name?: string | undefined;
  limit: number;
  /** The `_id` after which to go on. */
  after?: string | undefined;
}

/** Reads orders. Their stories are timeline.ts's. */
export interface OrderReader {
  list: (filter: OrderFilter) => Promise<{ orders: OrderView[]; last: string | null }>;
  order: (key: OrderKey) => Promise<OrderView | null>;
}

export function orderReader({ orders }: Pick<Collections, 'orders'>): OrderReader {
  return {
    list: async ({ limit, ...filter }) => {
      const found = await orders
        .find(conditionsOf(filter))
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<OrderDocument[]>();
      const page = found.slice(0, limit);
      return { orders: page.map(orderView), last: found.length > limit ? (page.at(-1)?._id ?? null) : null };
    },
    order: async (key) => {
      const found = await orders.findOne({ _id: String(key) }).lean<OrderDocument>();
      return found ? orderView(found) : null;
    },
  };
}

/** Every value is a checked string: nothing that a request sends becomes an operator. */
function conditionsOf({ shop, status, name, after }: Omit<OrderFilter, 'limit'>): object {
  // A shop's keys are the range from `<shop>/` to `<shop>0`, `0` being what follows `/`; a cursor of
  // another shop's list does not lead out of it.
  const end = shop === undefined ? after : least(`${shop}0`, after);
  const range = {
    ...(shop === undefined ? {} : { $gte: `${shop}/` }),
    ...(end === undefined ? {} : { $lt: end }),
  };
  return {
    ...(Object.keys(range).length > 0 ? { _id: range } : {}),
    ...(status === undefined ? {} : { status: { $eq: status } }),
    ...(name === undefined ? {} : { name: { $eq: name } }),
  };
}

function least(one: string, other: string | undefined): string {
  return other !== undefined && other < one ? other : one;
}
