import fc from 'fast-check';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Order } from '../../src/order/order.ts';
import { reading } from './events.ts';

/** Events as they happened, and as they arrived. */
export interface Arrival {
  events: WaitingEvent[];
  batches: WaitingEvent[][];
}

/** Arrivals of events: in any order, some of them repeated, in batches of any size. */
export function arrivalsOf(events: WaitingEvent[]): fc.Arbitrary<Arrival> {
  return fc
    .subarray(events)
    .chain((again) => {
      const all = [...events, ...again];
      const whole = { minLength: all.length, maxLength: all.length };
      return fc.tuple(fc.shuffledSubarray(all, whole), fc.array(fc.boolean(), whole));
    })
    .map(([arrived, cuts]) => {
      const arrival = { events, batches: batchesOf(arrived, cuts) };
      return Object.assign(arrival, { [fc.toStringMethod]: () => inWords(arrival) });
    });
}

/** How a failed run shows it: each event once, then their numbers in the order of arrival. */
function inWords({ events, batches }: Arrival): string {
  const told = events.map(
    (each, i) => `${i} ${each.topic} ${each.triggeredAt} ${Buffer.from(each.body).toString().slice(0, 400)}`,
  );
  const order = batches.map((batch) => batch.map((each) => events.indexOf(each)).join(' ')).join(' | ');
  return `\n${told.join('\n')}\narrived as ${order}`;
}

/** A batch ends at each cut. */
function batchesOf(arrived: WaitingEvent[], cuts: boolean[]): WaitingEvent[][] {
  const batches: WaitingEvent[][] = [[]];
  arrived.forEach((event, i) => {
    batches.at(-1)?.push(event);
    if (cuts[i]) batches.push([]);
  });
  return batches;
}

/** Everything about an order that must not depend on how its events arrived. */
export function stateOf(order: Order): Omit<Order, 'applied' | 'statusHistory' | 'version' | 'committed'> {
  const { applied: _, statusHistory: __, version: ___, committed: ____, ...state } = order;
  return state;
}

/** Positions of the events with outcome `applied`, in the order of their application. */
export function appliedPositions(order: Order, events: WaitingEvent[]): string[] {
  const positions = new Map(events.map((event) => [event.id, reading(event).position]));
  return order.applied
    .filter(({ outcome }) => outcome === 'applied')
    .map(({ event }) => positions.get(event) ?? 'an event that was never sent');
}
