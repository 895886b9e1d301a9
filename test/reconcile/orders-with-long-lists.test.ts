import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeOrder, Json } from '../../testkit/fake-shopify/fake-order.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling } from './reconciling.ts';

/** Shopify lists only as many items as requested. Applying half an order would remove the other half. */
describe('orders whose lists are longer than one answer', () => {
  let store: Reconciling;
  beforeAll(async () => {
    store = await Reconciling.start({ pageSizing: (count) => count });
    store.shop.switch({ drop: 100 });
  });
  afterAll(() => store.stop());

  const gid = (name: string, id: number) => ({ id, admin_graphql_api_id: `gid://shopify/${name}/${id}` });
  const many = (count: number, make: (i: number) => Json) => Array.from({ length: count }, (_, i) => make(i));
  const line = (i: number): Json => ({
    ...gid('LineItem', 100 + i),
    sku: `S${i}`,
    title: 'Widget',
    name: 'Widget',
    quantity: 1,
    current_quantity: 1,
    price: '1.00',
    requires_shipping: true,
  });
  const fulfillment = (i: number, lines: number): Json => ({
    ...gid('Fulfillment', 5000 + i),
    name: `#1.${i}`,
    status: 'success',
    shipment_status: null,
    tracking_company: 'UPS',
    tracking_numbers: [1, 2, 3, 4, 5].map((n) => `1Z${i}-${n}`),
    tracking_urls: [],
    created_at: '2026-11-20T10:00:00Z',
    updated_at: '2026-11-20T10:00:00Z',
    line_items: many(lines, line),
  });
  const refund = (i: number, lines: number): Json => ({
    ...gid('Refund', 8000 + i),
    created_at: '2026-11-20T10:00:00Z',
    refund_line_items: many(lines, (n) => ({
      id: 7000 + n,
      quantity: 1,
      restock_type: null,
      subtotal: 1,
      line_item: line(n),
    })),
    transactions: many(lines, (n) => ({
      ...gid('OrderTransaction', 9000 + n),
      kind: 'refund',
      status: 'success',
      gateway: 'bogus',
      test: false,
      amount: '1.00',
      parent_id: null,
      created_at: '2026-11-20T10:00:00Z',
      processed_at: '2026-11-20T10:00:00Z',
    })),
  });

  const heldAfterPass = async (fields: Json) => {
    const [order] = (await store.shop.sell(1)) as [FakeOrder];
    store.shop.change(order, fields);
    const pass = await store.pass();
    await store.drain();
    const held = await store.inside.collections.orders.findById(keyOf(order.id)).lean<OrderDocument>();
    return { pass, held, order };
  };

  test('are read with all of their lines, parts, parcels and lines of parts', async () => {
    const { held } = await heldAfterPass({
      line_items: many(230, line),
      fulfillments: many(12, (i) => fulfillment(i, 130)),
      refunds: many(9, (i) => refund(i, 40)),
    });
    expect({
      lines: held?.lines.length,
      fulfillments: lengthsOf(held?.fulfillments, ['lines', 'trackingNumbers']),
      refunds: lengthsOf(held?.refunds, ['lines', 'transactions']),
    }).toEqual({
      lines: 230,
      fulfillments: Array.from({ length: 12 }, () => [130, 5]),
      refunds: Array.from({ length: 9 }, () => [40, 40]),
    });
  });

  test('that are too long for any answer are reported and not repaired', async () => {
    const { pass, held, order } = await heldAfterPass({ fulfillments: many(25, (i) => fulfillment(i, 1)) });
    expect(pass).toMatchObject({ state: 'done', missing: 1 });
    expect(pass.because).toBe(
      `not repaired, because they have more parts than one answer can hold: ${order.id}`,
    );
    expect(held).toBeNull();
  });
});

function lengthsOf(parts: unknown, lists: string[]): number[][] {
  return (parts as Record<string, unknown[]>[]).map((part) => lists.map((list) => part[list]?.length ?? 0));
}
