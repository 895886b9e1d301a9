import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { WaitingEvent } from '../../src/order/event.ts';
import { MOVES, type Status } from '../../src/order/status.ts';
import { stateOf } from './arrivals.ts';
import { eventLists } from './event-lists.ts';
import { afterBatches, reading } from './events.ts';
import { HeldOrder, type Line } from './held-orders.ts';

/** Steps that may happen in any order and any number of times. */
type Step =
  | { do: 'arrive'; which: number }
  | { do: 'step'; holder: number; page: number }
  | { do: 'die'; holder: number };

const holder = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const), which: fc.nat(20) }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('step' as const), holder, page: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), holder }) },
);

/** Runs the steps, delivers the events that have not arrived, and drains the rest undisturbed. */
function run(events: WaitingEvent[], steps: Step[]): HeldOrder {
  const held = new HeldOrder();
  const missing = new Set(events);
  for (const each of steps) {
    if (each.do === 'step') held.step(each.holder, each.page);
    if (each.do === 'die') held.die(each.holder);
    if (each.do !== 'arrive') continue;
    // It may have arrived before: Redis forgot it, or the answer was lost.
    const event = events[each.which % events.length] as WaitingEvent;
    missing.delete(event);
    held.arrive(event);
  }
  for (const event of missing) held.arrive(event);
  for (const name of [0, 1, 2]) held.die(name);
  while (held.mailbox.length > 0) held.step(3, 100);
  return held;
}

const runs = fc.tuple(eventLists, fc.array(step, { minLength: 20, maxLength: 120 }));

describe('with any crashes, stalls and repetitions, and any number of supposed lock holders', () => {
  test('P3, P4, P5: the state is that of one undisturbed drain', () => {
    fc.assert(
      fc.property(runs, ([events, steps]) => {
        const { order } = run(events, steps);
        expect(order && stateOf(order)).toEqual(stateOf(afterBatches([events])));
      }),
      { numRuns: 1500 },
    );
  });

  test('P3, P8: every event has one journal entry and one number, and the order agrees with the journal', () => {
    fc.assert(
      fc.property(runs, ([events, steps]) => {
        const { order, journal } = run(events, steps);
        const numbers = [...journal.values()].map(({ sequence }) => sequence).toSorted((a, b) => a - b);
        expect(numbers).toEqual(events.map((_, i) => i + 1));
        expect(order?.sequence).toBe(events.length);
        expect(order?.applied).toEqual([...journal.values()].toSorted((a, b) => a.sequence - b.sequence));
      }),
      { numRuns: 1000 },
    );
  });

  test('P5: events with outcome `applied` are in the order in which they happened; no move is forbidden', () => {
    fc.assert(
      fc.property(runs, ([events, steps]) => {
        const { order, journal } = run(events, steps);
        const positions = new Map<string, string>(events.map((event) => [event.id, reading(event).position]));
        const applied = [...journal.values()]
          .toSorted((a, b) => a.sequence - b.sequence)
          .filter(({ outcome }) => outcome === 'applied')
          .map(({ event }) => positions.get(event) ?? 'an event that was never sent');
        expect(applied).toEqual(applied.toSorted());
        const path: Status[] = ['created', ...(order?.statusHistory ?? []).map(({ status }) => status)];
        const moves = path.slice(1).map((to, i) => MOVES[path[i] ?? 'created'][to]);
        expect(moves).not.toContain('never');
      }),
      { numRuns: 1000 },
    );
  });

  test('these runs do cover refused commits, and deaths after every line', () => {
    const deaths = new Map<Line, number>();
    let refused = 0;
    for (const [events, steps] of fc.sample(runs, { numRuns: 300, seed: 1 })) {
      const held = run(events, steps);
      if (held.refused > 0) refused += 1;
      for (const line of held.deaths) deaths.set(line, (deaths.get(line) ?? 0) + 1);
    }
    expect(refused).toBeGreaterThan(50);
    expect([...deaths.keys()].toSorted()).toEqual(['commit', 'decide', 'journal', 'read']);
    expect(Math.min(...deaths.values())).toBeGreaterThan(50);
  });
});
