import { MISSING_STATES } from '../system/states.ts';
import type { Collections } from './collections.ts';

/**
 * How many events of an order are parked. An order with parked events is incomplete, and says so (P7).
 *
 * API answers count in `parked` itself, which is authoritative. The orders' field `parkedEvents` is for direct readers
 * of the collection, and for the list's filter. It is updated after every change of a parked event: by replays and
 * discards, and by the drain before it trims the mailbox, so a drain that dies there repeats it. An update raises the
 * order's version, so a drain that loaded the order earlier cannot commit the old count. If a dashboard dies between a
 * discard and the update, the sweep repairs the count.
 */

/** Another process may change an event between a count and its write, so every write is followed by another count. */
const PASSES = 5;
const CHUNK = 1000;
/** Most parked events that a sweep reads: 0.15 s of MongoDB's time. */
const SWEPT = 60_000;

/** Ids of an order's parked events, longest parked first; without discarded ones. */
export async function parkedOf(
  parked: Collections['parked'],
  order: string,
  limit: number,
): Promise<string[]> {
  const found = await parked
    .find({ order: { $eq: order }, state: { $in: [...MISSING_STATES] } }, { _id: 1 })
    .sort({ firstAt: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  return found.map(({ _id }) => _id);
}

type Counted = Pick<Collections, 'orders' | 'parked'>;

/** Numbers of parked events by order; without orders that have none. */
export async function countParked(
  parked: Collections['parked'],
  orders: readonly string[],
): Promise<Map<string, number>> {
  if (orders.length === 0) return new Map();
  const counts = await parked.aggregate<{ _id: string; events: number }>([
    { $match: { order: { $in: [...orders] }, state: { $in: [...MISSING_STATES] } } },
    { $group: { _id: '$order', events: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, events }) => [_id, events]));
}

/** Updates `parkedEvents` of these orders. Safe to repeat. */
export async function recountParked(collections: Counted, orders: Iterable<string>): Promise<void> {
  // `<shop>/-` has no document.
  const keys = [...new Set(orders)].filter((key) => !key.endsWith('/-'));
  for (let from = 0; from < keys.length; from += CHUNK)
    await recount(collections, keys.slice(from, from + CHUNK));
}

async function recount({ orders, parked }: Counted, keys: readonly string[]): Promise<void> {
  for (let pass = 0; pass < PASSES; pass += 1) {
    const counts = await countParked(parked, keys);
    const counted = await orders
      .find({ _id: { $in: keys } }, { parkedEvents: 1 })
      .lean<{ _id: string; parkedEvents?: number }[]>();
    const writes = counted.flatMap(({ _id, parkedEvents = 0 }) => {
      const events = counts.get(_id) ?? 0;
      const update = { $set: { parkedEvents: events }, $inc: { version: 1 } };
      return events === parkedEvents ? [] : [{ updateOne: { filter: { _id }, update } }];
    });
    if (writes.length === 0) return;
    await orders.bulkWrite(writes, { ordered: false });
  }
}

/** The same for new orders: nearly all have no parked events, and then this is a single query. */
export async function countForNew(collections: Counted, orders: readonly string[]): Promise<void> {
  const counts = await countParked(collections.parked, orders);
  if (counts.size > 0) await recountParked(collections, counts.keys());
}

/** The same for all orders that have parked events, or whose field says so. */
export async function sweepParkedCounts(collections: Counted): Promise<void> {
  const { orders, parked } = collections;
  const [saying, having] = await Promise.all([
    orders
      .find({ parkedEvents: { $gt: 0 } }, { _id: 1 })
      .limit(SWEPT)
      .lean<{ _id: string }[]>(),
    parked.aggregate<{ _id: string }>([
      { $match: { state: { $in: [...MISSING_STATES] } } },
      { $limit: SWEPT },
      { $group: { _id: '$order' } },
    ]),
  ]);
  await recountParked(
    collections,
    [...saying, ...having].map(({ _id }) => _id),
  );
}
