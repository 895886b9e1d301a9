import { describe, expect, test } from '@jest/globals';
import type { Status } from '../../src/order/status.ts';
import { orderAfter, at, deletion, fulfillment, part, snapshot, transaction } from './events.ts';

const told = (fields: object) => snapshot('orders/updated', 10, fields);
const delivered = { shipment_status: 'delivered' };

describe('the status from a snapshot', () => {
  test.each<[string | null, string | null, Status]>([
    ['pending', null, 'payment_pending'],
    ['authorized', null, 'payment_pending'],
    ['partially_paid', null, 'payment_pending'],
    ['paid', null, 'awaiting_shipment'],
    ['paid', 'restocked', 'awaiting_shipment'],
    ['paid', 'partial', 'partially_shipped'],
    ['paid', 'fulfilled', 'shipped'],
    ['pending', 'fulfilled', 'shipped'],
    ['partially_refunded', null, 'awaiting_shipment'],
    ['partially_refunded', 'fulfilled', 'shipped'],
    ['refunded', 'fulfilled', 'refunded'],
    ['voided', null, 'failed'],
    ['expired', 'fulfilled', 'failed'],
    [null, null, 'payment_pending'],
    ['a new word', 'a new word', 'payment_pending'],
    ['constructor', 'toString', 'payment_pending'],
    ['__proto__', '__proto__', 'payment_pending'],
  ])('%s and %s: %s', (financial_status, fulfillment_status, status) => {
    expect(orderAfter(told({ financial_status, fulfillment_status })).status).toBe(status);
  });

  test('shipped and archived means completed; archived alone does not', () => {
    const closed = { closed_at: at(9) };
    expect(orderAfter(told({ ...closed, fulfillment_status: 'fulfilled' })).status).toBe('completed');
    expect(orderAfter(told(closed)).status).toBe('awaiting_shipment');
  });

  test('P5: a cancellation or a deletion outweighs everything else', () => {
    const cancelled = told({
      cancelled_at: at(9),
      financial_status: 'refunded',
      fulfillment_status: 'fulfilled',
    });
    expect(orderAfter(cancelled).status).toBe('cancelled');
    expect(orderAfter(told({ financial_status: 'refunded' }), deletion(11)).status).toBe('cancelled');
  });
});

describe('what newer transactions imply', () => {
  const pending = told({ financial_status: 'pending' });
  test.each<[string, object, Status]>([
    ['a sale of the full amount', { amount: '60.00' }, 'awaiting_shipment'],
    ['a sale of a part', { amount: '59.99' }, 'payment_pending'],
    ['a capture of the full amount', { kind: 'capture' }, 'awaiting_shipment'],
    ['an authorization', { kind: 'authorization' }, 'payment_pending'],
    ['a sale that failed', { status: 'failure' }, 'payment_pending'],
    [
      'a partial refund: it does not prove full payment',
      { kind: 'refund', amount: '1.00' },
      'payment_pending',
    ],
    ['a full refund', { kind: 'refund' }, 'refunded'],
    ['a sale with an unreadable amount', { amount: 'much' }, 'payment_pending'],
  ])('%s', (_what, fields, status) => {
    expect(orderAfter(pending, transaction(11, fields)).status).toBe(status);
  });

  test('two sales add up', () => {
    const halves = [transaction(11, { id: 1, amount: '30' }), transaction(12, { id: 2, amount: '30' })];
    expect(orderAfter(pending, ...halves).status).toBe('awaiting_shipment');
  });

  test('P5: a transaction older than the snapshot implies nothing', () => {
    expect(orderAfter(pending, transaction(9)).status).toBe('payment_pending');
    expect(orderAfter(told({ financial_status: 'voided' }), transaction(9)).status).toBe('failed');
  });

  test('P5: they only advance payment', () => {
    const partly = transaction(11, { amount: '1.00' });
    expect(orderAfter(told({ financial_status: 'refunded' }), partly).status).toBe('refunded');
  });

  test('without a snapshot the total is unknown, so nothing is paid in full', () => {
    expect(orderAfter(transaction(9)).status).toBe('payment_pending');
    expect(orderAfter(transaction(9, { status: 'failure' })).status).toBe('created');
  });

  test('P7: a refund that failed after all, before any snapshot, moves the status back', () => {
    const refunded = transaction(9, { kind: 'refund' });
    const failed = transaction(10, { kind: 'refund', status: 'failure' });
    expect(orderAfter(refunded).status).toBe('payment_pending');
    expect(orderAfter(refunded, failed).status).toBe('created');
  });
});

describe('what newer fulfillments imply', () => {
  const lines = (...quantities: [number, number][]) => ({
    line_items: quantities.map(([id, quantity]) => ({ id, quantity })),
  });

  test.each<[string, object, Status]>([
    ['all lines', {}, 'shipped'],
    ['one line', lines([11, 2]), 'partially_shipped'],
    ['too few of a line', lines([11, 1], [12, 1]), 'partially_shipped'],
    ['unknown lines', { line_items: [] }, 'partially_shipped'],
    ['all lines, but cancelled', { status: 'cancelled' }, 'awaiting_shipment'],
    ['all lines, delivered', delivered, 'completed'],
  ])('%s', (_what, fields, status) => {
    expect(orderAfter(told({}), fulfillment(11, fields)).status).toBe(status);
  });

  test('lines that need no shipping or were removed do not delay the status', () => {
    const line_items = [
      { id: 11, quantity: 2, current_quantity: 2 },
      { id: 12, quantity: 1, current_quantity: 0 },
      { id: 13, quantity: 1, requires_shipping: false },
    ];
    expect(orderAfter(told({ line_items }), fulfillment(11, lines([11, 2]))).status).toBe('shipped');
  });

  test('P5: a fulfillment older than the snapshot implies nothing', () => {
    expect(orderAfter(told({}), fulfillment(9)).status).toBe('awaiting_shipment');
  });

  test('a withdrawn shipment moves the status back', () => {
    const withdrawn = fulfillment(12, { status: 'cancelled' });
    expect(orderAfter(told({}), fulfillment(11), withdrawn).status).toBe('awaiting_shipment');
  });

  test('a tracking event marks it as delivered, until that event is deleted', () => {
    const fields = { id: 41, fulfillment_id: 31, status: 'delivered' };
    const arrived = part('fulfillment_events/create', 12, { ...fields, updated_at: at(12) });
    const removed = part('fulfillment_events/delete', 13, { ...fields, updated_at: at(13) });
    expect(orderAfter(told({}), fulfillment(11), arrived).status).toBe('completed');
    expect(orderAfter(told({}), fulfillment(11), arrived, removed).status).toBe('shipped');
  });
});
