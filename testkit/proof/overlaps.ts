import type { Collections } from '../../src/persist/collections.ts';

/** One drain's hold of one order, according to the journal (ms since 1970). */
export interface Hold {
  order: string;
  /** The worker, and when it got the lock. */
  holder: string;
  from: number;
  /** When the last event was applied. */
  to: number;
}

/** How many holds of an order began while another holder was still applying events to it (P4). */
export function overlapsIn(holds: readonly Hold[]): number {
  let overlaps = 0;
  for (const ofOrder of Map.groupBy(holds, ({ order }) => order).values()) {
    const inTurn = ofOrder.toSorted((a, b) => a.from - b.from);
    let until = -Infinity;
    for (const { from, to } of inTurn) {
      if (from < until) overlaps += 1;
      until = Math.max(until, to);
    }
  }
  return overlaps;
}

/** All holds of these shops' orders. */
export async function holdsOf(
  { events }: Pick<Collections, 'events'>,
  shops: readonly string[],
): Promise<Hold[]> {
  const found = await events.aggregate<{
    _id: { order: string; worker: string; lockedAt: Date };
    to: Date;
  }>([
    { $match: { shop: { $in: [...shops] }, lockedAt: { $type: 'date' } } },
    {
      $group: {
        _id: { order: '$order', worker: '$worker', lockedAt: '$lockedAt' },
        to: { $max: '$appliedAt' },
      },
    },
  ]);
  return found.map(({ _id: { order, worker, lockedAt }, to }) => ({
    order,
    holder: `${worker} ${lockedAt.getTime()}`,
    from: lockedAt.getTime(),
    to: to.getTime(),
  }));
}
