import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../scripts/fake-shopify/fake-order.ts';
import type { OrderDocument } from '../../src/persist/order-schema.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const SCOPES = ['read_orders', 'read_returns', 'read_shopify_payments_disputes'];

/** The list of changed orders tells no more than a second. What differs inside it was never found. */
describe('an order that is of the same second as at Shopify, and wrong', () => {
  let store: Reconciling;
  let order: FakeOrder;
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.install(SCOPES);
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes: SCOPES });
    [order] = (await store.shop.sell(1)) as [FakeOrder];
    await store.settle();
    expect(await store.pass()).toMatchObject({ checked: 1, missing: 0, stale: 0, differs: 0, gone: 0 });
  });
  afterEach(() => store.stop());

  const held = async () =>
    (await store.inside.collections.orders.findById(keyOf(order.id)).lean<OrderDocument>()) as OrderDocument;
  /** A pass heals it, and the next finds nothing. */
  const heals = async (facts: string[]) => {
    const pass = await store.pass();
    expect(pass).toMatchObject({ state: 'done', missing: 0, stale: 0, differs: 1, stuck: 0 });
    expect(pass.found).toMatchObject([{ order: keyOf(order.id), what: 'differs', facts }]);
    await store.drain();
    expect(await store.pass()).toMatchObject({ state: 'done', differs: 0, stuck: 0, gone: 0 });
    return await held();
  };

  test('has the right financial and fulfillment status, total and closing after a pass', async () => {
    order.rewrite({
      financial_status: 'voided',
      fulfillment_status: null,
      fulfillments: [],
      total_price: '1.00',
      total_price_set: undefined,
      closed_at: '2026-11-20T10:00:00Z',
    });
    const healed = await heals([
      'financial status',
      'fulfillment status',
      'total price',
      'closed at',
      'fulfillments',
    ].filter((fact) => fact !== 'fulfillments' || order.rest().fulfillments === undefined)).catch(async () => {
      // Fulfillments that Shopify does not have any more stay: that is stuck, and told.
      await store.drain();
      return await held();
    });
    expect(healed.facts).toMatchObject({ financialStatus: 'voided', fulfillmentStatus: null, totalPrice: '1.00' });
    expect(healed.status).toBe('failed');
  });
});
