import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { positionOf, START } from '../../src/order/position.ts';
import { decide } from '../../src/order/decide.ts';
import type { Topic } from '../../src/order/topics.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { eventIdOf, NOW, reading } from './events.ts';

const [A, B] = [eventIdOf('a'), eventIdOf('b')].toSorted() as [
  ReturnType<typeof eventIdOf>,
  ReturnType<typeof eventIdOf>,
];

/** Events at any time, or without one. Few ids and times make all kinds of ties common. */
const time = fc.constantFrom(
  undefined,
  '1970-01-01T00:00:00Z',
  '2026-11-27T10:00:00-05:00',
  '2026-11-27T15:00:00.000001Z',
  '2026-11-27T15:00:00.999999Z',
  '2254-12-31T23:59:59Z',
);
const anyEvent = fc
  .record({
    topic: fc.constantFrom<Topic>(
      'orders/create',
      'orders/paid',
      'order_transactions/create',
      'orders/delete',
    ),
    updated_at: time,
    triggeredAt: time,
    receivedAt: fc.constantFrom(0, NOW, 9_999_999_999_999),
    name: fc.nat(5),
  })
  .map(({ topic, updated_at, triggeredAt, receivedAt, name }) =>
    waitingEvent(
      topic,
      { id: 1, order_id: 1, updated_at },
      // The id depends on every field, so two events with one id are identical.
      {
        id: eventIdOf(`${topic} ${updated_at} ${triggeredAt} ${receivedAt} ${name}`),
        receivedAt,
        triggeredAt: triggeredAt ?? null,
      },
    ),
  );

describe('a position', () => {
  test.each([
    ['the second in which it happened', positionOf(1000, 9, 9, B), positionOf(2000, 0, 0, A)],
    ['within a second, triggered-at in microseconds', positionOf(1999, 8, 9, B), positionOf(1000, 9, 0, A)],
    ['at the same microsecond, the rank of the topic', positionOf(1000, 8, 8, B), positionOf(1000, 8, 9, A)],
    ['at the same rank, the id', positionOf(1000, 8, 8, A), positionOf(1000, 8, 8, B)],
  ])('P5: sorts by %s', (_claim, before, after) => expect(before < after).toBe(true));

  test('P5: sorts numerically, whatever the size of its numbers', () => {
    const ms = fc.oneof(
      fc.nat(5000),
      fc.integer({ min: 0, max: Math.floor(Number.MAX_SAFE_INTEGER / 1000) }),
    );
    const micros = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
    const place = fc.tuple(ms, micros, fc.nat(9), fc.constantFrom(A, B));
    fc.assert(
      fc.property(place, place, (one, other) => {
        const byText = Math.sign(compare(positionOf(...one), positionOf(...other)));
        const numbers = ([at, trigger, rank, id]: typeof one) => [
          Math.floor(at / 1000),
          trigger,
          rank,
          id === A ? 0 : 1,
        ];
        const differences = numbers(one).map((number, i) => number - (numbers(other)[i] ?? 0));
        expect(byText).toBe(Math.sign(differences.find((each) => each !== 0) ?? 0));
      }),
      { numRuns: 1000 },
    );
  });

  test('P5: the order is total: of any two events one is first, and no three form a cycle', () => {
    const three = fc.tuple(anyEvent, anyEvent, anyEvent);
    fc.assert(
      fc.property(three, (events) => {
        const [a, b, c] = events.map((event) => reading(event).position) as [string, string, string];
        const [ab, bc, ac] = [compare(a, b), compare(b, c), compare(a, c)];
        expect(ab + compare(b, a)).toBe(0);
        expect(ab === 0).toBe(events[0].id === events[1].id);
        expect([ab, bc, ac]).not.toEqual([-1, -1, 1]);
        expect([ab, bc, ac]).not.toEqual([1, 1, -1]);
      }),
      { numRuns: 2000 },
    );
  });

  test('P5: a batch is applied in that order, however it is shuffled', () => {
    const shuffled = fc
      .uniqueArray(anyEvent, { selector: ({ id }) => id, minLength: 2, maxLength: 12 })
      .chain((events) => fc.shuffledSubarray(events, { minLength: events.length }));
    fc.assert(
      fc.property(shuffled, (events) => {
        const { ended } = decide(keyOf(), null, events, NOW);
        const positions = ended.map(({ waiting }) => reading(waiting).position);
        expect(positions).toEqual(positions.toSorted(compare));
      }),
      { numRuns: 500 },
    );
  });

  test('the start is before every event', () => {
    expect(START < positionOf(0, 0, 0, A)).toBe(true);
  });
});

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
