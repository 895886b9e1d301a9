import { mongo } from 'mongoose';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../src/order/decide.ts';
import { deriveStatus } from '../../src/order/derive-status.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { MOVES, type Status } from '../../src/order/status.ts';
import { fromDocument, toDocument } from '../../src/persist/order-document.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { keyOf } from '../support/waiting-event.ts';
import { appliedPositions, arrivalsOf, stateOf } from './arrivals.ts';
import { eventLists } from './event-lists.ts';
import { afterBatches, NOW } from './events.ts';

const { BSON } = mongo;

const arrivals = eventLists.chain(arrivalsOf);

describe('with any events from Shopify, and ties of every kind', () => {
  test('P5: every arrival order gives the same state', () => {
    fc.assert(
      fc.property(arrivals, ({ events, batches }) => {
        expect(stateOf(afterBatches(batches))).toEqual(stateOf(afterBatches([events])));
      }),
      { numRuns: 1000 },
    );
  });

  test('P3, P5: also if the order goes through MongoDB after each batch and remembers none of its events', () => {
    const kept = (order: Order): Order => {
      const document = BSON.serialize(toDocument(keyOf(), { ...order, applied: [] }, 0));
      return fromDocument(BSON.deserialize(document) as OrderDocument);
    };
    fc.assert(
      fc.property(arrivals, ({ events, batches }) => {
        const order = batches.reduce<Order | null>((known, batch) => {
          const { order: next } = decide(keyOf(), known, batch, NOW);
          return next ? kept(next) : known;
        }, null);
        expect(order && withoutCounts(order)).toEqual(withoutCounts(kept(afterBatches([events]))));
      }),
      { numRuns: 1000 },
    );
  });

  test('P5: events with outcome `applied` are in the order in which they happened', () => {
    fc.assert(
      fc.property(arrivals, ({ events, batches }) => {
        const positions = appliedPositions(afterBatches(batches), events);
        expect(positions).toEqual(positions.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  test('P5: no facts lead to a move that the table calls `never`', () => {
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

/** An order that forgot its events applies a duplicate again: that raises `sequence` and changes nothing else. */
function withoutCounts(order: Order): object {
  const { sequence: _, ...state } = stateOf(order);
  return state;
}
