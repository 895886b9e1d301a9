import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import type { Collections } from '../../src/persist/collections.ts';
import type { OrderDocument } from '../../src/persist/order-schema.ts';

const COMPARED = {
  orderId: 1,
  'snapshot.at': 1,
  'facts.financialStatus': 1,
  'facts.fulfillmentStatus': 1,
  'facts.totalPrice': 1,
} as const;

/** Ids of the orders whose time, statuses or price differ between Shopify and here. */
export async function driftOf(shop: FakeShop, { orders }: Pick<Collections, 'orders'>): Promise<string[]> {
  const ours = await orders.find().select(COMPARED).lean<OrderDocument[]>();
  const held = new Map(ours.map(({ orderId, facts, snapshot }) => [String(orderId), { facts, snapshot }]));
  return shop.orders
    .filter((theirs) => {
      const order = held.get(theirs.id);
      const body = theirs.rest();
      return (
        order?.snapshot?.at !== theirs.updatedAt.getTime() ||
        order.facts.financialStatus !== body.financial_status ||
        order.facts.fulfillmentStatus !== body.fulfillment_status ||
        order.facts.totalPrice !== body.total_price
      );
    })
    .map(({ id }) => id);
}
