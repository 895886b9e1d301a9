import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Order } from '../../src/order/order.ts';
import { keyOf } from '../support/waiting-event.ts';
import { at, NOW, snapshot, transaction } from './events.ts';

/** A whole order with so many refunds, fulfillments and lines. */
function bodyOf(parts: number, seconds = 100): WaitingEvent {
  const each = <Item>(item: (id: number) => Item) => Array.from({ length: parts }, (_, i) => item(i + 1));
  return snapshot('orders/updated', seconds, {
    financial_status: 'partially_paid',
    fulfillment_status: null,
    line_items: each((id) => ({ id, quantity: 2, fulfillable_quantity: 1, price: '1.00' })),
    refunds: each((id) => ({
      id,
      processed_at: at(200),
      refund_line_items: [{ id, line_item_id: id, quantity: 1 }],
      transactions: [
        { id, kind: 'refund', status: 'success', amount: '0.01', currency: 'USD', processed_at: at(200) },
      ],
    })),
    fulfillments: each((id) => ({
      id,
      status: 'success',
      created_at: at(200),
      updated_at: at(200),
      line_items: [{ id, quantity: 1 }],
    })),
  });
}

/** The least of some runs: what others do on the machine only adds. */
function leastMs(work: () => void): number {
  const runs = Array.from({ length: 5 }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...runs);
}

function applied(known: Order | null, ...events: WaitingEvent[]): Order {
  const { order } = decide(keyOf(), known, events, NOW);
  if (!order) throw new Error('the events change the order');
  return order;
}

describe('A4: joins are linear', () => {
  test('ten times the parts take ten times as long, not a hundred times', () => {
    const [small, large] = [bodyOf(1000), bodyOf(10_000)];
    const [smallAgain, largeAgain] = [bodyOf(1000, 101), bodyOf(10_000, 101)];
    const ofSmall = leastMs(() => applied(applied(null, small), smallAgain));
    const ofLarge = leastMs(() => applied(applied(null, large), largeAgain));
    expect(ofLarge / ofSmall).toBeLessThan(40);
  });

  test('a part costs no more than a copy of its list on an order that has very many', () => {
    const many = (count: number) => applied(null, snapshot('orders/create', 1), ...transactions(count, 0));
    const page = transactions(20, 100_000);
    const [few, very] = [many(1000), many(10_000)];
    const onFew = leastMs(() => applied(few, ...page));
    const onVery = leastMs(() => applied(very, ...page));
    expect(onVery / onFew).toBeLessThan(40);
  });
});

function transactions(count: number, from: number): WaitingEvent[] {
  return Array.from({ length: count }, (_, i) => transaction(10, { id: from + i + 1, amount: '0.01' }));
}
