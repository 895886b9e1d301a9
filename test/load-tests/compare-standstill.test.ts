import { describe, expect, test } from '@jest/globals';
import { longest, standstillsOf } from '../../load-tests/compare/standstill.ts';
import type { EventId, OrderKey } from '../../src/order/identity.ts';

const KILLED_AT = 100_000;

/** Orders a, b, …, each with events that were applied so many seconds after the kill; null: never, 0: before it. */
function standstills(orders: Readonly<Record<string, readonly (number | null)[]>>): (number | null)[] {
  const events = Object.entries(orders).flatMap(([order, times]) =>
    times.map((seconds, i) => ({ order: order as OrderKey, event: `${order}${i}` as EventId, seconds })),
  );
  const sent = new Map(
    [...Map.groupBy(events, ({ order }) => order)].map(([order, all]) => [
      order,
      new Set(all.map(({ event }) => event)),
    ]),
  );
  const applied = events.flatMap(({ event, seconds }): [EventId, number][] =>
    seconds === null ? [] : [[event, KILLED_AT + seconds * 1000]],
  );
  return standstillsOf(KILLED_AT, sent, new Map(applied));
}

describe('how long an order stands still after a kill', () => {
  test.each<[string, (number | null)[], (number | null)[]]>([
    ['until its next event', [0, 0, 3], [3]],
    ['all of its events, applied together', [12, 12, 12], [12]],
    ['the longest time between two events', [1, 2, 34.5, 35], [32.5]],
    ['in whatever sequence they are told', [35, 1, 34.5, 2], [32.5]],
    ['forever, although others of its events were applied', [0, 2, null], [null]],
    ['forever, from the kill on', [0, null, null], [null]],
    ['not at all: everything had been applied', [0, 0], []],
  ])('%s', (_, times, expected) => {
    expect(standstills({ a: times })).toEqual(expected);
  });

  test('each order by itself', () => {
    expect(standstills({ a: [0, 0], b: [0, 2], c: [10], d: [1, 2, 3] })).toEqual([2, 10, 1]);
  });

  test.each<[(number | null)[], number | null]>([
    [[2, 10, 1], 10],
    [[2, null, 1], null],
    [[null], null],
    [[], 0],
  ])('the longest of %j is %j', (all, expected) => {
    expect(longest(all)).toBe(expected);
  });
});
