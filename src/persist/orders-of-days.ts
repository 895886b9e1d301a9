import type { Collections } from './collections.ts';

type Orders = Pick<Collections, 'orders'>;

/** How many orders were created in a span of time. */
export interface DayCount {
  /** Not deleted, test orders included. */
  live: number;
  deleted: number;
  /** Of the live ones. */
  test: number;
}

/**
 * Counts a shop's orders by day, in one pass over its index.
 * @param starts when each day begins, ascending
 * @param end when the last day ends
 */
export async function countByDay(
  { orders }: Orders,
  shop: string,
  starts: readonly Date[],
  end: Date,
): Promise<DayCount[]> {
  const isDeleted = { $gt: ['$deletedAt', null] };
  const count = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
  const rows = await orders.aggregate<DayCount & { _id: Date }>([
    { $match: { shop: { $eq: shop }, createdAt: { $gte: starts[0], $lt: end } } },
    {
      $group: {
        _id: dayOf(starts),
        live: count({ $not: [isDeleted] }),
        deleted: count(isDeleted),
        test: count({ $and: [{ $not: [isDeleted] }, { $eq: ['$test', true] }] }),
      },
    },
  ]);
  const byStart = new Map(rows.map((row) => [row._id.getTime(), row]));
  return starts.map((start) => byStart.get(start.getTime()) ?? { live: 0, deleted: 0, test: 0 });
}

/** The day on which an order was created: the last day that had begun. */
function dayOf([first, ...later]: readonly Date[]): unknown {
  return later.reduce<unknown>(
    (earlier, start) => ({ $cond: [{ $gte: ['$createdAt', start] }, start, earlier] }),
    { $literal: first },
  );
}

export interface CreatedOrder {
  _id: string;
  deletedAt: Date | null;
}

/** A shop's live orders of a span of time, oldest first. */
export async function liveOrdersOf(
  { orders }: Orders,
  shop: string,
  { start, end }: { start: Date; end: Date },
  limit: number,
): Promise<string[]> {
  const found = await orders
    .find({ shop, createdAt: { $gte: start, $lt: end }, deletedAt: null }, { _id: 1 })
    .sort({ createdAt: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  return found.map(({ _id }) => _id);
}

/** Which of these orders exist here, and when each was deleted. */
export async function whichExist({ orders }: Orders, keys: readonly string[]): Promise<CreatedOrder[]> {
  return await orders
    .find({ _id: { $in: [...keys] }, createdAt: { $ne: null } }, { deletedAt: 1 })
    .lean<CreatedOrder[]>();
}
