import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { Order } from '../../src/order/order.ts';
import { checkOrder, NOTHING_WRONG, type Told } from '../../src/watch/stories/check-order.ts';
import { lifeEvents } from '../support/inside.ts';
import { RECEIVED_AT } from '../support/waiting-event.ts';

const [first] = lifeEvents(7);
if (!first) throw new Error('a life has events');

/** An order as a drain leaves it, and its journal. */
function lived(): { order: Order; told: Told[] } {
  const { order, ended } = decide(first!.order, null, lifeEvents(7), RECEIVED_AT);
  if (!order) throw new Error('a life makes an order');
  const told = ended.map(({ waiting, applied }) => ({
    event: waiting,
    outcome: applied.outcome,
    sequence: applied.sequence,
  }));
  return { order, told };
}

describe('P3, P5, P8: an order held against its journal', () => {
  test('as a drain leaves it, nothing is wrong', () => {
    const { order, told } = lived();
    expect(told.length).toBeGreaterThan(10);
    expect(checkOrder(order, told)).toEqual(NOTHING_WRONG);
  });

  test('parked events are no part of its state', () => {
    const { order, told } = lived();
    const parked: Told = { event: { ...first!, unreadable: 'not JSON' }, outcome: 'parked', sequence: null };
    expect(checkOrder(order, [...told, parked])).toEqual(NOTHING_WRONG);
  });

  test('an event that was applied twice', () => {
    const { order, told } = lived();
    expect(checkOrder({ ...order, sequence: order.sequence + 1 }, told)).toMatchObject({ appliedTwice: 1 });
    const again = told.map((each, i) => (i === 3 ? { ...each, sequence: 3 } : each));
    expect(checkOrder(order, again)).toMatchObject({ appliedTwice: 1 });
  });

  test('two that were applied the wrong way round', () => {
    const { order, told } = lived();
    const swapped = told.map((each, i) => ({ ...each, sequence: i === 4 ? 6 : i === 5 ? 5 : i + 1 }));
    expect(checkOrder(order, swapped)).toMatchObject({ inversions: 1 });
  });

  test.each<[string, Partial<Order>]>([
    ['its status', { status: 'created' }],
    ['its name', { name: '#0' }],
    ['its lines', { lines: [] }],
    ['its cancellation', { ends: { cancelled: { at: 1, reason: null }, deletedAt: null } }],
  ])('a state that its journal does not make: %s', (_, changed) => {
    const { order, told } = lived();
    expect(checkOrder({ ...order, ...changed }, told)).toMatchObject({ wrongState: 1 });
  });

  test('an order without its journal, and a journal without its order', () => {
    const { order, told } = lived();
    expect(checkOrder(order, [])).toMatchObject({ unexplained: told.length, appliedTwice: 0 });
    expect(checkOrder(null, told)).toMatchObject({ wrongState: 1 });
    expect(checkOrder(null, [])).toEqual(NOTHING_WRONG);
  });
});
