import type { FakeOrder, Hold } from './fake-order.ts';
import type { Node } from './graphql-node.ts';

/** An order has one fulfilment order here. Its number is another than the order's, as at Shopify. */
const OFFSET = 1_000_000_000n;

function fulfilmentOrderGid(order: FakeOrder): string {
  return `gid://shopify/FulfillmentOrder/${BigInt(order.id) + OFFSET}`;
}

/** @param id of a fulfilment order, the number only. @returns the id of its order */
export function orderIdOf(id: string): string {
  return String(BigInt(id) - OFFSET);
}

export function fulfilmentOrderNode(order: FakeOrder): Node {
  return {
    __typename: 'FulfillmentOrder',
    id: fulfilmentOrderGid(order),
    orderId: order.gid,
    status: statusOf(order),
    updatedAt: order.updatedAt.toISOString().replace('.000Z', 'Z'),
    fulfillmentHolds: order.holds.map(holdNode),
  };
}

export function holdNode({ id, handle, reason, reasonNotes }: Hold): Node {
  const gid = `gid://shopify/FulfillmentHold/${id}`;
  return {
    __typename: 'FulfillmentHold',
    id: gid,
    handle,
    reason,
    reasonNotes,
    heldByRequestingApp: true,
  };
}

/** Fulfilment ends it; a hold stops it. */
export function statusOf(order: FakeOrder): 'OPEN' | 'ON_HOLD' | 'CLOSED' {
  if (order.rest().fulfillment_status === 'fulfilled') return 'CLOSED';
  return order.holds.length > 0 ? 'ON_HOLD' : 'OPEN';
}
