import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { money } from '../support/money.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const SCOPES = ['read_orders', 'read_returns', 'read_shopify_payments_disputes'];

/**
 * Times in the list of changed orders have a resolution of one second. Differences within it used to be
 * missed.
 */
describe('an order of the same second as at Shopify, but with a wrong state', () => {
  let store: Reconciling;
  let order: FakeOrder;
  beforeEach(async () => {
    store = await Reconciling.start();
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes: SCOPES });
    [order] = (await store.shop.sell(1)) as [FakeOrder];
    // The sold order has a refund and no cancellation.
    expect(order.rest()).toMatchObject({ financial_status: 'partially_refunded' });
    store.shop.install(SCOPES);
    await store.settle();
    expect(await store.pass()).toMatchObject({ checked: 1, missing: 0, stale: 0, differs: 0, gone: 0 });
  });
  afterEach(() => store.stop());

  const held = async () =>
    (await store.inside.collections.orders.findById(keyOf(order.id)).lean<OrderDocument>()) as OrderDocument;
  /** One pass repairs the order, and the next finds no difference. */
  const heals = async (facts: string[]) => {
    const pass = await store.pass();
    expect(pass).toMatchObject({ state: 'done', missing: 0, stale: 0, differs: 1, stuck: 0, repaired: 1 });
    expect(pass.found).toMatchObject([{ order: keyOf(order.id), what: 'differs', facts }]);
    await store.drain();
    const next = await store.pass();
    expect(next).toMatchObject({ state: 'done', differs: 0, stuck: 0, gone: 0, repaired: 0 });
    return await held();
  };

  const events = () => store.inside.collections.events.countDocuments({ order: keyOf(order.id) });

  test('has the right statuses, total and closing time after a pass', async () => {
    order.rewrite({
      financial_status: 'voided',
      fulfillment_status: null,
      total_price: '1.00',
      total_price_set: undefined,
      closed_at: '2026-11-20T10:00:00Z',
    });
    const healed = await heals(['financial status', 'fulfillment status', 'total price', 'closed at']);
    expect(healed).toMatchObject({ financialStatus: 'voided', fulfillmentStatus: null, status: 'failed' });
    expect(String(healed.totalPrice)).toBe('1.00');
  });

  test('is only reported by a dry run', async () => {
    order.rewrite({ financial_status: 'voided' });
    const before = await store.counts();
    expect(await store.pass({ dryRun: true })).toMatchObject({ differs: 1 });
    expect(await store.counts()).toEqual(before);
  });

  test('gets a missing refund, in both currencies', async () => {
    const set = (shop: string, customer: string) => ({
      shop_money: { amount: shop, currency_code: 'USD' },
      presentment_money: { amount: customer, currency_code: 'JPY' },
    });
    const gid = (name: string, id: number) => ({ id, admin_graphql_api_id: `gid://shopify/${name}/${id}` });
    const [line] = order.rest().line_items as object[];
    const transaction = {
      ...gid('OrderTransaction', 77),
      kind: 'refund',
      status: 'success',
      gateway: 'bogus',
      test: false,
      amount: '1500',
      currency: 'JPY',
      parent_id: null,
      created_at: '2026-11-20T10:00:00Z',
      processed_at: '2026-11-20T10:00:00Z',
    };
    order.rewrite({
      presentment_currency: 'JPY',
      total_price: '60.00',
      total_price_set: set('60.00', '9000'),
      financial_status: 'partially_refunded',
      refunds: [
        {
          ...gid('Refund', 78),
          created_at: '2026-11-20T10:00:00Z',
          refund_line_items: [
            {
              id: 79,
              quantity: 1,
              restock_type: 'return',
              subtotal: 10,
              subtotal_set: set('10.00', '1500'),
              line_item: line,
            },
          ],
          transactions: [transaction],
        },
      ],
    });
    const pass = await store.pass();
    expect(pass).toMatchObject({ differs: 1 });
    await store.drain();
    const { refunds, currency, totalPrice, status } = await held();
    expect([currency, String(totalPrice)]).toEqual(['USD', '60.00']);
    expect(refunds).toContainEqual(
      expect.objectContaining({
        id: '78',
        transactions: [expect.objectContaining({ id: '77', amount: money('1500'), currency: 'JPY' })],
      }),
    );
    // 1500 yen of the customer exceed 60 dollars of the shop only if the currency is ignored.
    expect(status).not.toBe('refunded');
  });

  test('gets a missing transaction', async () => {
    store.shop.switch({ drop: 100 });
    store.shop.happen(order, 'order_transactions/create', {
      id: 88,
      admin_graphql_api_id: 'gid://shopify/OrderTransaction/88',
      order_id: Number(order.id),
      kind: 'void',
      status: 'failure',
      gateway: 'bogus',
      test: false,
      amount: '1.00',
      currency: 'USD',
      parent_id: null,
      created_at: order.updatedAt.toISOString(),
      processed_at: order.updatedAt.toISOString(),
    });
    order.rewrite({});
    const pass = await store.pass();
    expect(pass.differs + pass.stale).toBe(1);
    await store.drain();
    expect((await held()).transactions).toContainEqual(
      expect.objectContaining({
        id: '88',
        kind: 'void',
        status: 'failure',
        amount: money('1.00'),
        currency: 'USD',
      }),
    );
    expect(await store.pass()).toMatchObject({ stale: 0, differs: 0, stuck: 0 });
  });

  const dispute = (status: string) => ({
    id: 99,
    order_id: Number(order.id),
    type: 'chargeback',
    amount: '10.00',
    currency: 'USD',
    reason: 'fraudulent',
    status,
    evidence_due_by: '2026-12-24',
    finalized_on: null,
  });

  test('gets a missing dispute and its result, although the order itself did not change', async () => {
    store.shop.switch({ drop: 100 });
    store.shop.happen(order, 'disputes/create', dispute('needs_response'));
    const opened = await heals(['disputes']);
    expect(opened.disputes).toEqual([
      expect.objectContaining({
        id: '99',
        type: 'chargeback',
        amount: money('10.00'),
        currency: 'USD',
        reason: 'fraudulent',
        status: 'needs_response',
        evidenceDueBy: new Date('2026-12-24'),
      }),
    ]);
    store.shop.happen(order, 'disputes/update', dispute('lost'));
    expect((await heals(['disputes'])).disputes).toMatchObject([{ id: '99', status: 'lost' }]);
  });

  test('gets a missing return; a later webhook about the return wins', async () => {
    store.shop.switch({ drop: 100 });
    const aReturn = (status: string) => ({ id: 66, name: '#R1', status, order: { id: Number(order.id) } });
    store.shop.happen(order, 'returns/request', aReturn('requested'));
    const pass = await store.pass();
    expect(pass.differs + pass.stale).toBe(1);
    await store.drain();
    expect((await held()).returns).toMatchObject([{ id: '66', name: '#R1', status: 'requested' }]);
    store.shop.switch({ drop: 0 });
    store.shop.happen(order, 'returns/approve', aReturn('open'));
    await store.settle();
    expect((await held()).returns).toMatchObject([{ id: '66', status: 'open' }]);
    expect(await store.pass()).toMatchObject({ differs: 0, stuck: 0 });
  });

  test('that cannot be repaired is reported, and gets no new event in each pass', async () => {
    // A cancellation is final here, whatever comes after it.
    store.shop.change(order, { cancelled_at: order.updatedAt.toISOString() }, 'orders/cancelled');
    await store.settle();
    expect((await held()).status).toBe('cancelled');
    order.rewrite({ cancelled_at: null, cancel_reason: null });
    expect(await store.pass()).toMatchObject({ differs: 1, stuck: 0 });
    await store.drain();
    const before = await events();
    for (let i = 0; i < 2; i += 1) {
      const pass = await store.pass();
      expect(pass).toMatchObject({ differs: 0, stuck: 1 });
      expect(pass.found).toMatchObject([{ what: 'stuck', facts: ['cancelled'] }]);
      await store.drain();
    }
    expect(await events()).toBe(before);
  });

  test('stays right when the true webhook comes late', async () => {
    store.shop.switch({ hold: 100 });
    store.shop.change(order, { tags: 'first' });
    order.rewrite({ financial_status: 'voided' });
    await store.pass();
    await store.drain();
    store.shop.release();
    await store.settle();
    expect(await store.pass()).toMatchObject({ stuck: 0 });
    await store.drain();
    expect((await held()).financialStatus).toBe('voided');
    expect(await store.pass()).toMatchObject({ stale: 0, differs: 0, stuck: 0 });
  });
});
