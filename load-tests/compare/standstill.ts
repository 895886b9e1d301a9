import type { EventId, OrderKey } from '../../src/order/identity.ts';

/**
 * How long each order stood still after a kill, in seconds: the longest time without one of its events being applied.
 * Null: it still does. Orders of which everything had been applied before are not there.
 * @param sent the events of each order
 * @param appliedAt ms since 1970; events that had been applied before have the time of the kill
 */
export function standstillsOf(
  killedAt: number,
  sent: ReadonlyMap<OrderKey, ReadonlySet<EventId>>,
  appliedAt: ReadonlyMap<EventId, number>,
): (number | null)[] {
  return [...sent.values()].flatMap((events) => {
    const times = [...events].map((event) => appliedAt.get(event) ?? Infinity);
    const later = times.filter((time) => time > killedAt).toSorted((a, b) => a - b);
    if (later.length === 0) return [];
    const gaps = later.map((time, i) => time - (later[i - 1] ?? killedAt));
    return [later.at(-1) === Infinity ? null : Math.max(...gaps) / 1000];
  });
}

/** Null, which is forever, is longer than any other. */
export function longest(standstills: readonly (number | null)[]): number | null {
  return standstills.reduce(
    (most, each) => (most === null || each === null ? null : Math.max(most, each)),
    0,
  );
}
