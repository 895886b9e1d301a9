import { describe, expect, test } from '@jest/globals';
import { isoOf } from '../../src/order/instants.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Order } from '../../src/order/order.ts';
import { fromDocument, toDocument } from '../../src/persist/order-document.ts';
import { decide } from '../../src/order/decide.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { at, NOW, ORDER_ID, orderAfter, outcomesOf, part, reading, snapshot } from './events.ts';

const slim = (seconds: number, fields: object): WaitingEvent =>
  waitingEvent(
    'orders/updated',
    { id: ORDER_ID, updated_at: at(seconds), ...fields },
    { triggeredAt: at(seconds) },
  );
const eachWay = (...events: WaitingEvent[]): Order[] => [
  orderAfter(...events),
  orderAfter(...events.toReversed()),
];

const parcel = {
  id: 31,
  status: 'success',
  created_at: at(5),
  updated_at: at(5),
  tracking_numbers: ['1Z'],
  line_items: [{ id: 11, quantity: 2 }],
};

describe('F3: a body changes only the fields that it has', () => {
  const full = snapshot('orders/create', 1, { fulfillments: [parcel], customer: { id: 7 } });

  test('of the order', () => {
    for (const order of eachWay(full, slim(2, { tags: 'a' }), slim(3, { financial_status: 'refunded' })))
      expect(order).toMatchObject({
        name: '#1001',
        status: 'refunded',
        facts: { financialStatus: 'refunded', currency: 'USD', totalPrice: '60.00' },
        lines: [{ id: '11' }, { id: '12' }],
        snapshot: { at: Date.parse(at(3)) },
      });
  });

  test('null is a value: the order is reopened, and nothing is shipped', () => {
    const closed = snapshot('orders/updated', 2, { closed_at: at(2), fulfillment_status: 'fulfilled' });
    for (const order of eachWay(closed, slim(3, { closed_at: null, fulfillment_status: null })))
      expect(order).toMatchObject({
        status: 'awaiting_shipment',
        facts: { closedAt: null, fulfillmentStatus: null },
      });
  });

  test('of a line, even if a list in between did not have it', () => {
    const without = slim(2, { line_items: [{ id: 12 }] });
    const again = slim(3, { line_items: [{ id: 12, current_quantity: 0 }, { id: 11 }] });
    for (const order of eachWay(full, without, again))
      expect(order.lines).toMatchObject([
        { id: '12', quantity: 1, currentQuantity: 0, price: '20.00' },
        { id: '11', quantity: 2, currentQuantity: 2, price: '20.00' },
      ]);
    for (const order of eachWay(full, without))
      expect(order.lines).toMatchObject([{ id: '12', quantity: 1 }]);
  });

  test('of a fulfillment and its lines, of a refund and its transactions', () => {
    const shipment = slim(6, {
      fulfillments: [{ id: 31, updated_at: at(6), shipment_status: 'in_transit', line_items: [{ id: 11 }] }],
    });
    for (const order of eachWay(full, shipment))
      expect(order.parts.fulfillments).toMatchObject([
        {
          status: 'success',
          shipmentStatus: 'in_transit',
          trackingNumbers: ['1Z'],
          lines: [{ lineId: '11', quantity: 2 }],
        },
      ]);
    const refund = part('refunds/create', 7, {
      id: 41,
      processed_at: at(7),
      refund_line_items: [{ id: 1, line_item_id: 11, quantity: 1 }],
      transactions: [{ id: 2, kind: 'refund', amount: '20.00' }],
    });
    const nested = slim(8, { refunds: [{ id: 41, transactions: [{ id: 2, status: 'success' }] }] });
    for (const order of eachWay(refund, nested))
      expect(order.parts.refunds).toMatchObject([
        {
          lines: [{ lineId: '11', quantity: 1 }],
          transactions: [{ kind: 'refund', amount: '20.00', status: 'success' }],
        },
      ]);
  });

  test('of lists with items without ids: nothing, with a note', () => {
    const unnamed = slim(2, {
      financial_status: 'partially_refunded',
      line_items: [{ sku: 'NEW' }],
      fulfillments: [{ tracking_number: '2Z' }],
      refunds: [{ note: null }],
    });
    expect(reading(unnamed).notes).toEqual(
      ['line_items', 'fulfillments', 'refunds'].map(
        (list) => `could not read ${list}: some items have no id`,
      ),
    );
    const inParts = slim(3, {
      fulfillments: [{ id: 31, line_items: [{ sku: 'NEW' }] }],
      refunds: [{ id: 41, refund_line_items: [{ quantity: 9 }], transactions: [{ amount: '9' }] }],
    });
    const refund = part('refunds/create', 2, {
      id: 41,
      refund_line_items: [{ id: 1, line_item_id: 11, quantity: 1 }],
      transactions: [{ id: 2, kind: 'refund', amount: '20.00' }],
    });
    for (const order of eachWay(full, unnamed, inParts, refund))
      expect(order).toMatchObject({
        facts: { financialStatus: 'partially_refunded' },
        lines: [{ id: '11', sku: null }, { id: '12' }],
        parts: {
          fulfillments: [{ trackingNumbers: ['1Z'], lines: [{ lineId: '11', quantity: 2 }] }],
          refunds: [{ lines: [{ id: '1', quantity: 1 }], transactions: [{ id: '2', amount: '20.00' }] }],
        },
      });
  });

  test('of items identified only by their GraphQL id', () => {
    const named = slim(2, {
      line_items: [{ admin_graphql_api_id: 'gid://shopify/LineItem/11', sku: 'NEW' }],
    });
    const scan = part('fulfillments/update', 9, {
      admin_graphql_api_id: 'gid://shopify/Fulfillment/31',
      updated_at: at(9),
      shipment_status: 'delivered',
    });
    for (const order of eachWay(full, named, scan))
      expect(order.parts.fulfillments).toMatchObject([
        { id: '31', shipmentStatus: 'delivered', status: 'success' },
      ]);
    for (const order of eachWay(full, named))
      expect(order.lines).toMatchObject([{ id: '11', sku: 'NEW', quantity: 2 }]);
  });

  test('payment is unknown until a body has it', () => {
    expect(orderAfter(slim(1, { tags: '' })).status).toBe('created');
    expect(orderAfter(slim(1, { financial_status: null })).status).toBe('payment_pending');
  });

  test('P8: fields that only an older body has count as new', () => {
    const order = orderAfter(slim(2, { tags: 'a' }), full);
    expect(outcomesOf(order)[1]).toMatch(/^late: .*; only new data was applied$/);
    expect(order.status).toBe('partially_shipped');
  });
});

describe('the cost of remembering where fields come from', () => {
  test('for whole bodies: only the position of each thing', () => {
    const whole = {
      product_id: 1,
      variant_id: 2,
      sku: null,
      title: null,
      vendor: null,
      fulfillable_quantity: 2,
      total_discount: '0.00',
      tax_lines: [],
      requires_shipping: true,
      gift_card: false,
    };
    const money = { shop_money: { amount: '1.00' }, presentment_money: { amount: '1.00' } };
    const body = {
      order_number: 1001,
      test: false,
      taxes_included: false,
      tags: '',
      discount_codes: [],
      payment_gateway_names: [],
      source_name: 'web',
      po_number: null,
      customer: null,
      shipping_address: null,
      created_at: at(1),
      processed_at: at(1),
      closed_at: null,
      presentment_currency: 'USD',
      subtotal_price_set: money,
      total_discounts_set: money,
      total_tax_set: money,
      total_shipping_price_set: money,
      original_total_duties_set: null,
      total_tip_received: '0.00',
      current_total_price_set: money,
      total_outstanding: '0.00',
      total_price_set: {
        shop_money: { amount: '60.00', currency_code: 'USD' },
        presentment_money: { amount: '60.00', currency_code: 'USD' },
      },
      line_items: [{ id: 11, quantity: 2, current_quantity: 2, price: '1', ...whole }],
    };
    const order = orderAfter(snapshot('orders/create', 1, body), snapshot('orders/paid', 2, body));
    expect(JSON.stringify(order)).not.toMatch(/"positions"|"gone"/);
  });

  test('an order without this memory works', () => {
    const order = orderAfter(snapshot('orders/create', 1, { fulfillments: [parcel] }));
    const { positions: _, gone: __, ...old } = toDocument(keyOf(), order, 0);
    const { presentmentTotalPrice: ___, ...rest } = old;
    const lines = old.lines.map(({ positions: ____, fulfillableQuantity: _____, ...line }) => line);
    const known = fromDocument({ ...rest, lines } as never);
    const { order: next } = decide(
      keyOf(),
      known,
      [slim(2, { tags: 'a' }), slim(3, { closed_at: at(3) })],
      NOW,
    );
    expect(next).toMatchObject({
      name: '#1001',
      status: 'partially_shipped',
      facts: { closedAt: isoOf(at(3)), totalPrice: '60.00' },
    });
    expect(next?.lines).toHaveLength(2);
  });
});
