import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import type { Collections } from '../../src/persist/collections.ts';

/** Ids of the orders whose time, statuses or price differ between Shopify and here. */
export async function driftOf(shop: FakeShop, { orders }: Pick<Collections, 'orders'>): Promise<string[]> {
  const ours = await orders.find().lean();
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
