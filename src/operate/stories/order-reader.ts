import type { OrderKey } from '../../order/identity.ts';
import { byIndex } from '../../persist/by-index.ts';
import type { Collections } from '../../persist/collections.ts';
import { codeOf, TIME_EXCEEDED } from '../../persist/mongo-codes.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import type { OrderMark } from '../cursors.ts';
import type { OrderSort } from '../shapes/orders.ts';
import type { MissingEvents } from './missing-events.ts';
import { collationOf, conditionsOf, type OrderFilter } from './order-filter.ts';
import { indexFor, markOf, rangesAfter, sortKeys } from './order-sort.ts';
import { orderView, type OrderView } from './views.ts';

const COUNT_MS = 2000;

interface OrderQuestion extends OrderFilter {
  sort: OrderSort;
  limit: number;
  after: OrderMark | null;
}

interface OrderViewPage {
  orders: OrderView[];
  /** Where the next page begins. */
  last: OrderMark | null;
}

export interface FoundOrder {
  view: OrderView;
  document: OrderDocument;
}

/** Reads orders. Their history is in timeline.ts. */
export interface OrderReader {
  list: (question: OrderQuestion) => Promise<OrderViewPage>;
  /** The same with the documents and, on request, their bodies. */
  page: (
    question: OrderQuestion & { bodies: boolean },
  ) => Promise<{ found: FoundOrder[]; last: OrderMark | null }>;
  /** How many orders a list has; null: counting them takes too long. */
  count: (filter: OrderFilter) => Promise<number | null>;
  order: (key: OrderKey) => Promise<FoundOrder | null>;
}

export function createOrderReader(
  { orders }: Pick<Collections, 'orders'>,
  missing: MissingEvents,
): OrderReader {
  const page: OrderReader['page'] = async ({ limit, after, sort, bodies, ...filter }) => {
    const conditions = conditionsOf(filter);
    const index = indexFor(filter, sort);
    const all: OrderDocument[] = [];
    for (const range of rangesAfter(after, sort))
      if (all.length <= limit)
        all.push(
          ...(await byIndex(index, (hint) =>
            orders
              .find({ $and: [conditions, range] }, bodies ? {} : { body: 0 }, collationOf(filter))
              .sort(sortKeys(sort))
              .setOptions(hint)
              .limit(limit + 1 - all.length)
              .lean<OrderDocument[]>(),
          )),
        );
    const shown = all.slice(0, limit);
    const counts = await missing(shown.map(({ _id }) => _id));
    const found = shown.flatMap((document, i) =>
      counts[i] ? [{ view: orderView(document, counts[i]), document }] : [],
    );
    return { found, last: all.length > limit ? markOf(shown.at(-1), sort) : null };
  };
  return {
    page,
    list: async (question) => {
      const { found, last } = await page({ ...question, bodies: false });
      return { orders: found.map(({ view }) => view), last };
    },
    count: async (filter) => {
      const options = { maxTimeMS: COUNT_MS, ...collationOf(filter) };
      try {
        return await orders.countDocuments(conditionsOf(filter), options);
      } catch (error) {
        if (codeOf(error) === TIME_EXCEEDED) return null;
        throw error;
      }
    },
    order: async (key) => {
      const found = await orders.findOne({ _id: String(key) }).lean<OrderDocument>();
      const [counts] = found ? await missing([key]) : [];
      return found && counts ? { view: orderView(found, counts), document: found } : null;
    },
  };
}
