import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { positionOf, START } from '../../src/order/position.ts';
import { eventIdOf } from './events.ts';

const [A, B] = [eventIdOf('a'), eventIdOf('b')].toSorted() as [
  ReturnType<typeof eventIdOf>,
  ReturnType<typeof eventIdOf>,
];

describe('a position', () => {
  test.each([
    ['the second it happened in', positionOf(1000, 9, 9, B), positionOf(2000, 0, 0, A)],
    ['within a second, triggered-at in microseconds', positionOf(1999, 8, 9, B), positionOf(1000, 9, 0, A)],
    ['at the same microsecond, the rank of the topic', positionOf(1000, 8, 8, B), positionOf(1000, 8, 9, A)],
    ['at the same rank, the id', positionOf(1000, 8, 8, A), positionOf(1000, 8, 8, B)],
  ])('P5: sorts by %s', (_claim, before, after) => expect(before < after).toBe(true));

  test('P5: sorts as the numbers in it, whatever their size', () => {
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

  test('the start stands before every one', () => {
    expect(START < positionOf(0, 0, 0, A)).toBe(true);
  });
});

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
