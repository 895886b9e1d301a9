import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import { readEvent } from '../../src/order/read-event.ts';
import { routeOf } from '../../src/order/routing.ts';
import { RECONCILED } from '../../src/order/topics.ts';
import { orderBytes } from '../../src/reconcile/order-body.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { FULFILLMENT, readWhole, REFUND } from './whole-order.ts';

const ID = '820982911946154508';
const eventOf = (fields: object = {}) =>
  waitingEvent(RECONCILED, null, { body: orderBytes(readWhole(fields)) });

function snapshotOf(fields: object) {
  const reading = readEvent(eventOf(fields));
  if (!reading.ok) throw new Error(reading.because);
  return reading.event.snapshot;
}

describe('the body made of an order of the Admin API', () => {
  test('has the exact order id, although it is too large for a number', () => {
    expect(routeOf(RECONCILED, eventOf().body)).toMatchObject({ to: 'order', orderId: ID });
  });

  test("is read like a webhook's, in REST's words", () => {
    const { order, rejected } = decide(keyOf(ID), null, [eventOf()], 0);
    expect(rejected).toEqual([]);
    expect(order).toMatchObject({
      name: '#1001',
      status: 'shipped',
      facts: { financialStatus: 'partially_refunded', fulfillmentStatus: 'fulfilled', totalPrice: '60.00' },
      lines: [{ id: '11', sku: 'SKU-1', quantity: 2, currentQuantity: 1, price: '20.50' }],
      snapshot: { at: Date.UTC(2026, 10, 20, 10, 0, 51), topic: RECONCILED },
      parts: {
        fulfillments: [
          { id: '31', status: 'success', shipmentStatus: 'in_transit', trackingNumbers: ['1Z31'] },
        ],
        refunds: [
          {
            id: '41',
            lines: [{ id: '51', lineId: '11', quantity: 1, subtotal: '20.5', restock: 'return' }],
            transactions: [{ id: '22', kind: 'refund', amount: '2050', currency: 'JPY', parentId: '21' }],
          },
        ],
        // As in a webhook: the amount in the customer's currency.
        transactions: [{ id: '21', kind: 'sale', status: 'success', amount: '6000', currency: 'JPY' }],
      },
    });
  });

  test("has money in the shop's and in the customer's currency, like webhooks", () => {
    const set = (shop: string, customer: string) => ({
      shop_money: { amount: shop, currency_code: 'USD' },
      presentment_money: { amount: customer, currency_code: 'JPY' },
    });
    expect(JSON.parse(orderBytes(readWhole()).toString())).toMatchObject({
      processed_at: '2026-11-20T10:00:00Z',
      currency: 'USD',
      presentment_currency: 'JPY',
      total_price: '60.00',
      total_price_set: set('60.00', '6000'),
      current_total_price: '39.50',
      current_total_price_set: set('39.50', '3950'),
      line_items: [{ price: '20.50', price_set: set('20.50', '2050'), fulfillable_quantity: 0 }],
      refunds: [
        {
          refund_line_items: [{ subtotal: 20.5, subtotal_set: set('20.50', '2050') }],
          transactions: [{ amount: '2050', currency: 'JPY', amount_set: set('20.50', '2050') }],
        },
      ],
      transactions: [{ amount: '6000', currency: 'JPY', amount_set: set('60.00', '6000') }],
    });
  });

  test("has what the typed facts read, in REST's words", () => {
    const asked = {
      customer: { id: 'gid://shopify/Customer/7' },
      shippingAddress: { countryCodeV2: 'CA', provinceCode: 'ON' },
    };
    expect(snapshotOf(asked)?.facts).toMatchObject({
      orderNumber: 1001,
      tags: ['gift', 'vip'],
      discountCodes: ['TENOFF'],
      gatewayNames: ['bogus'],
      sourceName: 'web',
      poNumber: null,
      customerId: '7',
      shippingCountry: 'CA',
      shippingRegion: 'ON',
      subtotalPrice: '41.00',
      presentmentSubtotalPrice: '4100',
      totalDiscounts: '4.10',
      totalTax: '3.80',
      totalShipping: '10.00',
      totalDuties: null,
      totalTips: '0.00',
      totalOutstanding: '0.00',
      lines: [{ vendor: 'Example', totalTax: '3.80', totalDiscount: '4.10' }],
    });
  });

  test('says nothing about what was not requested, and null where Shopify has null', () => {
    const unasked = snapshotOf({})?.facts;
    expect([unasked?.customerId, unasked?.shippingCountry, unasked?.lines?.[0]?.productId]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const none = snapshotOf({ customer: null, shippingAddress: null })?.facts;
    expect([none?.customerId, none?.shippingCountry]).toEqual([null, null]);
  });

  test('omits what the token may not read', () => {
    const body = JSON.parse(orderBytes(readWhole()).toString()) as object;
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['returns']));
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['disputes']));
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['customer']));
  });

  test.each(['PICKED_UP', 'DELIVERED', 'DELAYED'])('keeps the parcel status %s', (displayStatus) => {
    const { order } = decide(
      keyOf(ID),
      null,
      [eventOf({ fulfillments: [{ ...FULFILLMENT, displayStatus }] })],
      0,
    );
    expect(order?.parts.fulfillments[0]?.shipmentStatus).toBe(displayStatus.toLowerCase());
  });

  test('has the same bytes for the same state, in whatever sequence Shopify lists the parts', () => {
    const refund = (number: number) => ({ ...REFUND, id: `gid://shopify/Refund/${number}` });
    const bytes = (numbers: number[]) => orderBytes(readWhole({ refunds: numbers.map(refund) }));
    expect(bytes([9, 10, 41])).toEqual(bytes([41, 10, 9]));
    expect(bytes([9, 10])).not.toEqual(bytes([9, 41]));
  });

  test.each([
    ['UNFULFILLED', [], null],
    ['FULFILLED', [], 'fulfilled'],
    ['PARTIALLY_FULFILLED', [], 'partial'],
    ['RESTOCKED', [], 'restocked'],
    ['ON_HOLD', [], null],
    ['SOMETHING_NEW', [], null],
    [null, [], null],
  ])(
    'has for the display status %s the fulfillment status %j',
    (displayFulfillmentStatus, fulfillments, status) => {
      expect(snapshotOf({ displayFulfillmentStatus, fulfillments })?.facts.fulfillmentStatus).toBe(status);
    },
  );

  test('is partially fulfilled if the order is on hold after its first parcel', () => {
    expect(snapshotOf({ displayFulfillmentStatus: 'ON_HOLD' })?.facts.fulfillmentStatus).toBe('partial');
  });

  test('has the time and the reason of a cancellation', () => {
    const cancelled = snapshotOf({
      cancelledAt: '2026-11-20T10:00:30Z',
      cancelReason: 'CUSTOMER',
    })?.cancelled;
    expect(cancelled).toEqual({ at: Date.UTC(2026, 10, 20, 10, 0, 30), reason: 'customer' });
  });

  test('has nothing that was not requested', () => {
    const asked = {
      customer: { id: 'gid://shopify/Customer/7' },
      shippingAddress: { countryCodeV2: 'CA', provinceCode: 'ON' },
    };
    const person = {
      email: 'ada@example.com',
      note: 'ring twice',
      customer: { ...asked.customer, firstName: 'Ada' },
      shippingAddress: { ...asked.shippingAddress, city: 'Exampleton' },
    };
    expect(orderBytes(readWhole(person))).toEqual(orderBytes(readWhole(asked)));
  });
});
