import { describe, expect, test } from '@jest/globals';
import { join } from '../../src/order/join.ts';
import { at, deletion, fulfillment, orderAfter, part, reading, snapshot, transaction } from './events.ts';

const ms = (seconds: number) => Date.parse(at(seconds));
const both = (...events: Parameters<typeof orderAfter>) => [
  orderAfter(...events),
  orderAfter(...events.toReversed()),
];

describe('P5: ends are permanent', () => {
  test('cancelled stays, whatever newer bodies say', () => {
    const cancelled = snapshot('orders/cancelled', 5, { cancelled_at: at(5), cancel_reason: 'customer' });
    for (const order of both(cancelled, snapshot('orders/updated', 9, { cancelled_at: null }))) {
      expect(order.ends.cancelled).toEqual({ at: ms(5), reason: 'customer' });
      expect(order.status).toBe('cancelled');
      expect(order.snapshot?.at).toBe(ms(9));
    }
  });

  test('of two cancellations the earlier counts; at the same time, the one with a reason', () => {
    const told = (seconds: number, cancelled: number, cancel_reason: string | null) =>
      snapshot('orders/updated', seconds, { cancelled_at: at(cancelled), cancel_reason });
    for (const order of both(told(5, 4, 'fraud'), told(6, 3, 'customer')))
      expect(order.ends.cancelled).toEqual({ at: ms(3), reason: 'customer' });
    for (const order of both(told(5, 4, 'fraud'), told(6, 4, null), told(7, 4, 'other')))
      expect(order.ends.cancelled?.reason).toBe('fraud');
    for (const order of both(told(5, 4, ''), told(6, 4, null))) expect(order.ends.cancelled?.reason).toBe('');
  });

  test('deleted stays, at its earliest time; later data is still kept', () => {
    for (const order of both(deletion(5), deletion(4), snapshot('orders/updated', 9), transaction(10))) {
      expect(order.ends.deletedAt).toBe(ms(4));
      expect(order.status).toBe('cancelled');
      expect(order.parts.transactions).toHaveLength(1);
    }
  });
});

describe('P5: the newest version of each part is kept', () => {
  test("a transaction's second state, which has the same id", () => {
    for (const order of both(transaction(1, { status: 'failure' }), transaction(2)))
      expect(order.parts.transactions).toMatchObject([{ id: '21', status: 'success' }]);
  });

  test('fulfillments inside snapshots and on their own are one', () => {
    const own = fulfillment(20, { shipment_status: null });
    const inside = (seconds: number, updated: number, shipment_status: string) =>
      snapshot('orders/updated', seconds, {
        fulfillments: [{ id: 31, updated_at: at(updated), shipment_status }],
      });
    for (const order of both(own, inside(25, 24, 'in_transit')))
      expect(order.parts.fulfillments).toMatchObject([{ shipmentStatus: 'in_transit' }]);
    for (const order of both(own, inside(25, 19, 'confirmed')))
      expect(order.parts.fulfillments).toMatchObject([{ shipmentStatus: null }]);
    for (const order of both(inside(25, 24, 'in_transit'), inside(26, 25, 'delivered')))
      expect(order.parts.fulfillments).toMatchObject([{ shipmentStatus: 'delivered' }]);
  });

  test('refunds inside snapshots are as new as the snapshots', () => {
    const own = part('refunds/create', 20, {
      id: 41,
      refund_line_items: [{ line_item_id: 11, quantity: 1 }],
    });
    const inside = snapshot('orders/updated', 25, { refunds: [{ id: 41, refund_line_items: [] }] });
    for (const order of both(own, inside))
      expect(order.parts.refunds).toMatchObject([{ id: '41', lines: [] }]);
  });

  test('parts of a kind are in the order of creation', () => {
    const ids = ['820982911946154508', '9', '10', '820982911946154507'];
    const order = orderAfter(...ids.map((id, i) => transaction(i, { id })));
    expect(order.parts.transactions.map(({ id }) => id)).toEqual([
      '9',
      '10',
      '820982911946154507',
      '820982911946154508',
    ]);
  });
});

describe('what a join reports', () => {
  const made = { created_at: at(4) };
  const known = orderAfter(snapshot('orders/paid', 5), fulfillment(20, made));
  test.each([
    ['something new', transaction(1), { fresh: true, outdated: false }],
    ['an older snapshot', snapshot('orders/create', 1), { fresh: false, outdated: true }],
    [
      'an older version of a part',
      fulfillment(10, { ...made, status: 'pending' }),
      { fresh: false, outdated: true },
    ],
    ['the same data in an older body', fulfillment(10, made), { fresh: false, outdated: false }],
    ['the same data in a newer body', fulfillment(30, made), { fresh: false, outdated: false }],
  ])('%s', (_what, event, said) => expect(join(known, reading(event))).toMatchObject(said));

  test('P5: the same data in a newer body counts as the newest', () => {
    const withdrawn = fulfillment(25, { status: 'cancelled' });
    expect(orderAfter(fulfillment(20), fulfillment(30), withdrawn).parts.fulfillments).toMatchObject([
      { status: 'success' },
    ]);
  });

  test('fields in another order, as MongoDB may return them, are the same', () => {
    const turned = known.parts.fulfillments.map(
      (each) => Object.fromEntries(Object.entries(each).toReversed()) as typeof each,
    );
    const order = { ...known, parts: { ...known.parts, fulfillments: turned } };
    expect(join(order, reading(fulfillment(30, made))).fresh).toBe(false);
  });
});
