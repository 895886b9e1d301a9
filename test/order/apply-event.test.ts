import { describe, expect, test } from '@jest/globals';
import { at, deletion, fulfillment, NOW, orderAfter, outcomesOf, snapshot, transaction } from './events.ts';

const paid = snapshot('orders/paid', 2);
const create = snapshot('orders/create', 1, { financial_status: 'pending' });

describe('applied', () => {
  test('P5: events in sequence with new data', () => {
    expect(outcomesOf(orderAfter(create, transaction(1.4), paid, fulfillment(20), deletion(30)))).toEqual([
      'applied',
      'applied',
      'applied',
      'applied',
      'applied',
    ]);
  });

  test('P8: each is remembered with its sequence, when it happened and when it was applied', () => {
    const order = orderAfter(create, paid);
    expect(order.applied[1]).toEqual({
      event: paid.id,
      outcome: 'applied',
      because: null,
      sequence: 2,
      occurredAt: Date.parse(at(2)),
      appliedAt: NOW,
    });
    expect(order).toMatchObject({ sequence: 2, version: 0, furthest: { topic: 'orders/paid' } });
  });
});

describe('late', () => {
  test('P5: a create after its paid; it changes only the count', () => {
    const order = orderAfter(paid, create);
    const { sequence: _, applied: __, committed: ___, ...rest } = order;
    expect(orderAfter(paid)).toMatchObject(rest);
    expect(outcomesOf(order)).toEqual([
      'applied',
      'late: the order already existed: orders/paid (10:00:02) was processed first',
    ]);
  });

  test('P5: a create after a part; its new data is applied, and the status advances', () => {
    const order = orderAfter(transaction(1.4), create);
    expect(outcomesOf(order)[1]).toBe(
      'late: processed after order_transactions/create (10:00:01); only new data was applied',
    );
    expect(order).toMatchObject({ name: '#1001', status: 'awaiting_shipment' });
  });

  test('P5: a part that came after a newer snapshot; it is kept', () => {
    const order = orderAfter(paid, transaction(1.4));
    expect(outcomesOf(order)[1]).toMatch(/^late: processed after orders\/paid \(10:00:02\);/);
    expect(order.parts.transactions).toMatchObject([{ id: '21' }]);
    expect(order.furthest?.topic).toBe('orders/paid');
  });

  test('P5: a cancellation in an older body', () => {
    const cancelled = snapshot('orders/cancelled', 1, { cancelled_at: at(1) });
    const order = orderAfter(paid, cancelled);
    expect(outcomesOf(order)[1]).toMatch(/^late: /);
    expect(order).toMatchObject({ status: 'cancelled', facts: { financialStatus: 'paid' } });
  });
});

describe('stale', () => {
  test('P5: a snapshot older than the known one', () => {
    const order = orderAfter(paid, snapshot('orders/updated', 1, { financial_status: 'pending' }));
    expect(outcomesOf(order)[1]).toBe('stale: older than the state from orders/paid (10:00:02)');
    expect(order).toMatchObject({ facts: { financialStatus: 'paid' }, status: 'awaiting_shipment' });
  });

  test('P5: in a tie of seconds, triggered-at decides, then the rank, whichever came first', () => {
    const updated = snapshot('orders/updated', 2.5, { updated_at: at(2), financial_status: 'refunded' });
    const cancelled = {
      ...snapshot('orders/cancelled', 2, { financial_status: 'voided' }),
      triggeredAt: null,
    };
    const untimed = { ...paid, triggeredAt: null };
    for (const order of [orderAfter(updated, paid), orderAfter(paid, updated)])
      expect(order.facts.financialStatus).toBe('refunded');
    for (const order of [orderAfter(cancelled, untimed), orderAfter(untimed, cancelled)])
      expect(order.facts.financialStatus).toBe('voided');
  });

  test('P5: an older version of a part', () => {
    const order = orderAfter(fulfillment(20, { shipment_status: 'in_transit' }), fulfillment(10));
    expect(outcomesOf(order)[1]).toBe('stale: older than the known version of fulfillments 31');
    expect(order.parts.fulfillments).toMatchObject([{ shipmentStatus: 'in_transit' }]);
  });
});

describe('unchanged', () => {
  test('a part that a snapshot already contained', () => {
    const body = {
      id: 31,
      status: 'success',
      created_at: at(20),
      updated_at: at(20),
      line_items: [{ id: 11, quantity: 2 }],
    };
    const around = snapshot('orders/fulfilled', 21, { fulfillments: [body], fulfillment_status: 'partial' });
    expect(outcomesOf(orderAfter(around, fulfillment(20, body)))[1]).toBe(
      'unchanged: contains nothing new compared with the known version of fulfillments 31',
    );
  });

  test('a second deletion', () => {
    expect(outcomesOf(orderAfter(deletion(30), deletion(31)))[1]).toBe(
      'unchanged: contains nothing new compared with orders/delete (10:00:30)',
    );
  });
});
