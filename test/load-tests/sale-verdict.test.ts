import { describe, expect, test } from '@jest/globals';
import { promisesOf, verdictOf } from '../../load-tests/sale/verdict.ts';
import { overlapsIn } from '../../testkit/proof/overlaps.ts';
import type { Proof } from '../../testkit/proof/prove.ts';

type Found = Parameters<typeof promisesOf>[0];

const ALL_RIGHT: Proof = {
  sent: 105,
  acked: 100,
  duplicates: 5,
  lost: 0,
  twice: 0,
  inversions: 0,
  wrong: 0,
  unexplained: 0,
  journaled: 100,
  waiting: 0,
  spooled: 0,
  parked: 0,
  slowestAckMs: 0,
};

const found = (changes: Partial<Found> = {}, audit: Partial<Proof> = {}): Found => ({
  audit: { ...ALL_RIGHT, ...audit },
  forged: { sent: 20, refused: 20, kept: 0 },
  drains: { holds: 90, overlaps: 0 },
  events: 100,
  answers: { '200 accepted': 100, '200 duplicate': 5 },
  slowestMs: 4999,
  settled: true,
  ...changes,
});

const brokenIn = (facts: Found) => promisesOf(facts).filter(({ kept }) => !kept);

const RUN = {
  plan: {
    orders: 25,
    shops: 1,
    topics: ['create'],
    events: 100,
    duplicates: 5,
    shuffled: 20,
    connections: 50,
    rate: 500,
    bodyBytes: { smallest: 1, p50: 1, p90: 1, largest: 1, mean: 1 },
  },
  acksPerSecond: 498.7,
  ack: { corrected: true, p50Ms: 2, p90Ms: 3, p99Ms: 12.34, p999Ms: 20, maxMs: 30, bars: [] },
  seconds: { sending: 0.2, draining: 1.26 },
};

describe('a promise', () => {
  test('is kept if nothing is wrong', () => {
    const promises = promisesOf(found());
    expect(promises.map(({ id }) => id)).toEqual(['Answers', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8']);
    expect(brokenIn(found())).toEqual([]);
  });

  const broken: [string, string, Found, string][] = [
    [
      'a forged one that is stored',
      'P1',
      found({ forged: { sent: 20, refused: 20, kept: 1 } }),
      '20 of 20 forged refused, 1 kept',
    ],
    [
      'a forged one that is answered 200',
      'P1',
      found({ forged: { sent: 20, refused: 19, kept: 0 } }),
      '19 of 20 forged refused, 0 kept',
    ],
    [
      'no forged one to test with',
      'P1',
      found({ forged: { sent: 0, refused: 0, kept: 0 } }),
      '0 of 0 forged refused, 0 kept',
    ],
    ['two drains at once', 'P4', found({ drains: { holds: 90, overlaps: 2 } }), '2 overlaps among 90 drains'],
    ['lost', 'P2', found({}, { lost: 3 }), '3 lost of 100 acknowledged (100 to send)'],
    ['never acknowledged', 'P2', found({}, { acked: 99 }), '0 lost of 99 acknowledged (100 to send)'],
    ['applied twice', 'P3', found({}, { twice: 3 }), '3 twice, 5 duplicates rejected'],
    ['out of sequence', 'P5', found({}, { inversions: 3 }), '3 inversions, 0 orders wrong'],
    ['an order that is wrong', 'P5', found({}, { wrong: 3 }), '0 inversions, 3 orders wrong'],
    ['waiting', 'P6', found({}, { waiting: 3 }), '3 waiting, 0 spooled'],
    ['spooled', 'P6', found({}, { spooled: 3 }), '0 waiting, 3 spooled'],
    ['not settled in time', 'P6', found({ settled: false }), '0 waiting, 0 spooled'],
    ['parked', 'P7', found({}, { parked: 3 }), '3 parked'],
    ['not in the journal', 'P8', found({}, { unexplained: 3 }), '3 unexplained'],
    ['answered 503', 'Answers', answered({ '503 unavailable': 3 }), '3 others, slowest 4999 ms'],
    ['unanswered', 'Answers', answered({ 'no answer': 3 }), '3 others, slowest 4999 ms'],
    ['200 for another event', 'Answers', answered({ '200': 3 }), '3 others, slowest 4999 ms'],
    ['too slow', 'Answers', found({ slowestMs: 5000 }), '0 others, slowest 5000 ms'],
  ];

  function answered(others: Record<string, number>): Found {
    return found({ answers: { '200 accepted': 100, '200 duplicate': 2, ...others } });
  }

  test.each(broken)('%s breaks %s and no other', (_what, id, facts, figures) => {
    expect(brokenIn(facts)).toMatchObject([{ id, figures }]);
  });

  test('every figure of the audit that must have a certain value is checked', () => {
    const numbers = broken.map(([, , { audit }]) => audit);
    const looked = (Object.keys(ALL_RIGHT) as (keyof Proof)[]).filter((name) =>
      numbers.some((audit) => audit[name] !== ALL_RIGHT[name]),
    );
    // What was sent, and where it is, are not promises; answer times are measured at the sender.
    const others = Object.keys(ALL_RIGHT).filter((name) => !looked.includes(name as keyof Proof));
    expect(others).toEqual(['sent', 'duplicates', 'journaled', 'slowestAckMs']);
  });
});

describe('the verdict', () => {
  test('is one sentence with the figures if all is kept', () => {
    expect(verdictOf({ ...RUN, promises: promisesOf(found()) })).toEqual({
      kept: true,
      sentence:
        '25 orders, 100 events: none lost, none twice, none out of sequence, at 499 webhooks/s with an ack p99 of 12.3 ms, drained 1.3 s after the last webhook.',
    });
  });

  test('says that the requested rate was not reached', () => {
    const run = {
      ...RUN,
      acksPerSecond: 174,
      plan: { ...RUN.plan, rate: 200 },
      promises: promisesOf(found()),
    };
    expect(verdictOf(run).sentence).toContain('at 174 webhooks/s (requested: 200/s, NOT REACHED) with');
  });

  test('says BROKEN, and names every broken promise, with what was counted', () => {
    const promises = promisesOf(found({ settled: false }, { lost: 2, waiting: 1 }));
    const { kept, sentence } = verdictOf({ ...RUN, promises });
    expect(kept).toBe(false);
    expect(sentence).toBe(
      'BROKEN: P2 (2 lost of 100 acknowledged (100 to send)), P6 (1 waiting, 0 spooled), in a sale of 25 orders.',
    );
  });

  test.each(['Answers', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'])(
    'is never kept if %s is broken',
    (id) => {
      const promises = promisesOf(found()).map((each) => ({ ...each, kept: each.id !== id }));
      const { kept, sentence } = verdictOf({ ...RUN, promises });
      expect(kept).toBe(false);
      expect(sentence).toMatch(new RegExp(`^BROKEN: ${id} \\(`));
      expect(sentence).not.toContain('none lost');
    },
  );
});

describe('drains of one order that overlap', () => {
  const hold = (order: string, from: number, to: number) => ({ order, holder: `host:1 ${from}`, from, to });
  test.each([
    ['none', [], 0],
    ['one after the other', [hold('a', 1, 5), hold('a', 5, 9)], 0],
    ['of other orders', [hold('a', 1, 5), hold('b', 2, 9)], 0],
    ['at once', [hold('a', 4, 9), hold('a', 1, 5)], 1],
    ['one within the other, and a third', [hold('a', 1, 9), hold('a', 2, 3), hold('a', 8, 10)], 2],
  ])('%s', (_what, holds, overlaps) => expect(overlapsIn(holds)).toBe(overlaps));
});
