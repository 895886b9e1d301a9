import { describe, expect, test } from '@jest/globals';
import { newOrder } from '../../src/order/order.ts';
import { fromDocument } from '../../src/persist/order-document.ts';
import { keyOf } from '../support/waiting-event.ts';

/** A document of version 0.1 as it was stored until November 2026. */
const EARLIER = {
  _id: keyOf('1'),
  shop: 'example.myshopify.com',
  orderId: '1',
  version: 3,
  name: '#1',
  status: 'cancelled',
  facts: {
    financialStatus: 'paid',
    fulfillmentStatus: null,
    currency: 'USD',
    totalPrice: '007.50',
    presentmentTotal: { amount: '900', currency: 'JPY', of: '7.50' },
    createdAt: '2026-11-20T10:00:00-05:00',
    closedAt: null,
  },
  ends: { cancelled: { at: 1_795_000_000_000, reason: 'customer' }, deletedAt: null },
  lines: [{ id: '11', sku: 'A', title: 'A', quantity: 1, price: '7.50', requiresShipping: true }],
  positions: { presentmentTotal: '01795.a', currency: '' },
  transactions: [{ id: '5', position: '', amount: '7.50', processedAt: '2026-11-20T10:00:00-05:00' }],
  snapshot: { position: '01', at: 1_795_000_000_000, topic: 'orders/paid' },
  statusHistory: [
    { status: 'cancelled', occurredAt: 1, appliedAt: 2, topic: 'orders/cancelled', event: 'e' },
  ],
  createdAt: new Date('2026-11-20T15:00:00Z'),
  touchedAt: new Date(0),
};

describe('an order that an earlier version stored', () => {
  const order = fromDocument(EARLIER as never);

  test('has its facts, with canonical amounts and times', () => {
    expect(order.facts).toEqual({
      ...newOrder(keyOf('1')).facts,
      financialStatus: 'paid',
      currency: 'USD',
      totalPrice: '7.50',
      presentmentTotalPrice: '900',
      presentmentTotalOf: '7.50',
      presentmentCurrency: 'JPY',
      createdAt: '2026-11-20T15:00:00.000Z',
    });
    expect(order.parts.transactions[0]).toMatchObject({
      amount: '7.50',
      processedAt: '2026-11-20T15:00:00.000Z',
    });
  });

  test('is still cancelled, and its memory is the same', () => {
    expect(order.ends).toEqual(EARLIER.ends);
    expect(order.positions).toEqual({
      currency: '',
      presentmentTotalPrice: '01795.a',
      presentmentTotalOf: '01795.a',
    });
    expect([order.snapshot, order.statusHistory]).toEqual([EARLIER.snapshot, EARLIER.statusHistory]);
    expect(order).not.toHaveProperty('touchedAt');
  });
});
