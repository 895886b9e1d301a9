import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deriveStatus } from '../../src/order/derive-status.ts';
import { newOrder } from '../../src/order/order.ts';
import { MOVES, type Status } from '../../src/order/status.ts';
import { keyOf } from '../support/waiting-event.ts';
import { appliedPositions, arrivalsOf, stateOf } from './arrivals.ts';
import { eventLists } from './event-lists.ts';
import { afterBatches } from './events.ts';

const arrivals = eventLists.chain(arrivalsOf);

describe('whatever Shopify may tell, with ties of every kind', () => {
  test('P5: every arrival order ends in the same state', () => {
    fc.assert(
      fc.property(arrivals, ({ events, batches }) => {
        expect(stateOf(afterBatches(batches))).toEqual(stateOf(afterBatches([events])));
      }),
      { numRuns: 1000 },
    );
  });

  test('P5: what was applied in its turn stands in the order in which it happened', () => {
    fc.assert(
      fc.property(arrivals, ({ events, batches }) => {
        const positions = appliedPositions(afterBatches(batches), events);
        expect(positions).toEqual(positions.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  test('P5: no facts lead where the table of moves says never', () => {
    fc.assert(
      fc.property(arrivals, ({ batches }) => {
        const order = afterBatches(batches);
        const path: Status[] = [newOrder(keyOf()).status, ...order.statusHistory.map(({ status }) => status)];
        const moves = path.slice(1).map((to, i) => MOVES[path[i] ?? 'created'][to]);
        expect(moves).not.toContain('never');
        expect(deriveStatus(order)).toBe(order.status);
      }),
      { numRuns: 1000 },
    );
  });
});
