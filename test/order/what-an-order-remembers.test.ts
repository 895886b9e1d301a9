import { describe, expect, test } from '@jest/globals';
import { applyEvent } from '../../src/order/apply-event.ts';
import { newOrder } from '../../src/order/order.ts';
import { keyOf } from '../support/waiting-event.ts';
import { at, fulfillment, NOW, orderAfter, reading, snapshot, transaction } from './events.ts';

const paid = snapshot('orders/paid', 2);
const create = snapshot('orders/create', 1, { financial_status: 'pending' });

describe('the history of the status', () => {
  test('P8: has each change, with its event and time', () => {
    const order = orderAfter(create, paid, snapshot('orders/updated', 3), fulfillment(20));
    expect(order.statusHistory.map(({ status, topic }) => [status, topic])).toEqual([
      ['payment_pending', 'orders/create'],
      ['awaiting_shipment', 'orders/paid'],
      ['shipped', 'fulfillments/create'],
    ]);
    expect(order.statusHistory[1]).toMatchObject({
      event: paid.id,
      occurredAt: Date.parse(at(2)),
      appliedAt: NOW,
    });
  });

  test('begins with the first event, even if the status stays `created`', () => {
    const failed = transaction(1, { status: 'failure' });
    expect(orderAfter(failed).statusHistory).toMatchObject([{ status: 'created' }]);
  });

  test('P5: a move that the table calls `never` throws, and is never written', () => {
    const wrong = { ...newOrder(keyOf()), status: 'cancelled' as const };
    expect(() => applyEvent(wrong, reading(paid), NOW)).toThrow(
      'the status cannot change from cancelled to awaiting_shipment',
    );
  });
});

test('P3: an order remembers its last 200 events and its last 100 status changes', () => {
  const flips = Array.from({ length: 250 }, (_, i) =>
    snapshot('orders/updated', i, { financial_status: i % 2 ? 'paid' : 'pending' }),
  );
  const order = orderAfter(...flips);
  expect(order.sequence).toBe(250);
  expect(order.applied.map((each) => each.event)).toEqual(flips.slice(50).map((each) => each.id));
  expect(order.statusHistory.map((each) => each.event)).toEqual(flips.slice(150).map((each) => each.id));
});
