import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Order } from '../../src/order/order.ts';
import { keyOf } from '../support/waiting-event.ts';
import { at, NOW, snapshot, transaction } from './events.ts';

/** A whole order with this many refunds, fulfillments and lines. */
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

/** The CPU time of the fastest of some runs, in µs: other load on the machine does not count. */
function leastMicros(work: () => void): number {
  const runs = Array.from({ length: 3 }, () => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return user + system;
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
    const [small, large] = [bodyOf(300), bodyOf(3000)];
    const [smallAgain, largeAgain] = [bodyOf(300, 101), bodyOf(3000, 101)];
    const ofSmall = leastMicros(() => applied(applied(null, small), smallAgain));
    const ofLarge = leastMicros(() => applied(applied(null, large), largeAgain));
    expect(ofLarge / ofSmall).toBeLessThan(40);
  });

  test('a page of payments reads the known payments once, not once per new payment', () => {
    const order = applied(null, snapshot('orders/create', 1), transaction(10, { amount: '0.01' }));
    const payment = order.parts.transactions[0]!;
    let reads = 0;
    const transactions = Array.from({ length: 1000 }, (_, i) => ({
      ...payment,
      id: String(10_000 + i),
      get amount() {
        reads += 1;
        return '0.01';
      },
    }));
    const page = Array.from({ length: 20 }, (_, i) => transaction(10, { id: 100_000 + i }));
    applied({ ...order, parts: { ...order.parts, transactions } }, ...page);
    expect(reads).toBeLessThanOrEqual(2000);
  });
});
