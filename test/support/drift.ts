import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import type { Collections } from '../../src/persist/collections.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';

const COMPARED = {
  orderId: 1,
  'snapshot.at': 1,
  financialStatus: 1,
  fulfillmentStatus: 1,
  totalPrice: 1,
} as const;

/** Ids of the orders whose time, statuses or price differ between Shopify and here. */
export async function driftOf(shop: FakeShop, { orders }: Pick<Collections, 'orders'>): Promise<string[]> {
  const ours = await orders.find().select(COMPARED).lean<OrderDocument[]>();
  const held = new Map(ours.map((order) => [order.orderId, order]));
  return shop.orders
    .filter((theirs) => {
      const order = held.get(theirs.id);
      const body = theirs.rest();
      return (
        order?.snapshot?.at.getTime() !== theirs.updatedAt.getTime() ||
        order.financialStatus !== body.financial_status ||
        order.fulfillmentStatus !== body.fulfillment_status ||
        String(order.totalPrice) !== body.total_price
      );
    })
    .map(({ id }) => id);
}
