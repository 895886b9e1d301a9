import type { FakeOrder, Json } from './fake-order.ts';
import { fulfilmentOrderNode, holdNode, orderIdOf, statusOf } from './fulfilment-orders.ts';
import type { GraphQLResolveInfo } from 'graphql';
import { refusedQuery, type Node } from './graphql-node.ts';
import { refunded, type IdempotentResults, type RefundInput } from './refunds.ts';
import { refundNode } from './order-node.ts';

/** What mutations use of a shop. */
export interface WrittenShop {
  scopes: readonly string[];
  /** By its id. */
  order: (id: string) => FakeOrder | undefined;
  /** Changes an order: `orders/updated` follows. */
  change: (order: FakeOrder, fields?: Json) => void;
  /** Something happens to an order that this topic reports. */
  happen: (order: FakeOrder, topic: string, body: Json) => void;
  /** Of mutations with `@idempotent`. */
  results: IdempotentResults;
}

interface HoldInput {
  reason: string;
  reasonNotes?: string | null;
  handle?: string | null;
}

const HOLDS = 'write_merchant_managed_fulfillment_orders';

/**
 * The mutations of orders. A change sets off `orders/updated`, as a change in the admin does. A hold also sets off
 * `fulfillment_orders/placed_on_hold` at Shopify; it names no order, so it is not sent here.
 */
export function orderMutations(
  shop: WrittenShop,
  nodeOf: (order: FakeOrder) => Node,
): Record<string, unknown> {
  return {
    tagsAdd: ({ id, tags }: { id: string; tags: string[] }) => {
      const set = (known: string[]) => [...new Set([...known, ...tags])];
      return changeTags(shop, id, set);
    },
    tagsRemove: ({ id, tags }: { id: string; tags: string[] }) =>
      changeTags(shop, id, (known) => known.filter((tag) => !tags.includes(tag))),
    orderUpdate: ({ input: { id, tags, note } }: { input: OrderInput }) => {
      needs(shop, 'write_orders');
      const order = find(shop, 'Order', id);
      if (!order) return { order: null, userErrors: [notFound('Order')] };
      const fields = { ...(tags && { tags: tags.join(', ') }), ...(note !== undefined && { note }) };
      shop.change(order, fields);
      return { order: nodeOf(order), userErrors: [] };
    },
    fulfillmentOrderHold: ({ id, fulfillmentHold }: { id: string; fulfillmentHold: HoldInput }) =>
      hold(shop, id, fulfillmentHold),
    fulfillmentOrderReleaseHold: ({ id, holdIds }: { id: string; holdIds?: string[] | null }) =>
      release(shop, id, holdIds ?? null),
    refundCreate: ({ input }: { input: RefundInput }, _context: unknown, info: GraphQLResolveInfo) => {
      needs(shop, 'write_orders');
      return shop.results.once(info, input, () => refund(shop, input, nodeOf));
    },
  };
}

/** Its transactions, the refund and the order each have their webhook, as when a merchant refunds. */
function refund(shop: WrittenShop, input: RefundInput, nodeOf: (order: FakeOrder) => Node): object {
  const order = find(shop, 'Order', input.orderId);
  const refused = (error: object) => ({ order: null, refund: null, userErrors: [error] });
  if (!order) return refused({ field: ['input', 'orderId'], message: 'Order does not exist' });
  const made = refunded(order, input, new Date());
  if ('message' in made) return refused(made);
  for (const each of made.transactions) shop.happen(order, 'order_transactions/create', each);
  shop.happen(order, 'refunds/create', made.refund);
  shop.change(order, made.order);
  return { order: nodeOf(order), refund: refundNode(made.refund, order.rest()), userErrors: [] };
}

interface OrderInput {
  id: string;
  tags?: string[] | null;
  note?: string | null;
}

/** What is already so changes nothing, and sends nothing. */
function changeTags(shop: WrittenShop, id: string, changed: (known: string[]) => string[]): object {
  needs(shop, 'write_orders');
  const order = find(shop, 'Order', id);
  if (!order) return { node: null, userErrors: [notFound('Node')] };
  const known = (order.rest().tags ?? '') as string;
  const tags = changed(known === '' ? [] : known.split(', ')).join(', ');
  if (tags !== known) shop.change(order, { tags });
  return { node: { __typename: 'Order', id: order.gid }, userErrors: [] };
}

function hold(shop: WrittenShop, id: string, { reason, reasonNotes, handle }: HoldInput): object {
  needs(shop, HOLDS);
  const order = find(shop, 'FulfillmentOrder', id);
  const refused = (message: string, code: string) => ({
    fulfillmentHold: null,
    fulfillmentOrder: order ? fulfilmentOrderNode(order) : null,
    userErrors: [{ field: ['id'], message, code }],
  });
  if (!order) return refused('Fulfillment order not found.', 'FULFILLMENT_ORDER_NOT_FOUND');
  if (statusOf(order) === 'CLOSED')
    return refused('The fulfillment order is not in a splittable state.', 'FULFILLMENT_ORDER_NOT_SPLITTABLE');
  if (order.holds.some((each) => each.handle === (handle ?? '')))
    return refused(
      'The handle provided for the hold is already in use.',
      'DUPLICATE_FULFILLMENT_HOLD_HANDLE',
    );
  const held = {
    id: `${order.id}${order.holds.length}`,
    handle: handle ?? '',
    reason,
    reasonNotes: reasonNotes ?? null,
  };
  order.holds.push(held);
  shop.change(order, {});
  return { fulfillmentHold: holdNode(held), fulfillmentOrder: fulfilmentOrderNode(order), userErrors: [] };
}

function release(shop: WrittenShop, id: string, holdIds: readonly string[] | null): object {
  needs(shop, HOLDS);
  const order = find(shop, 'FulfillmentOrder', id);
  if (!order) return { fulfillmentOrder: null, userErrors: [notFound('Fulfillment order')] };
  const kept = order.holds.filter((each) => holdIds && !holdIds.includes(String(holdNode(each).id)));
  const isChanged = kept.length < order.holds.length;
  order.holds.splice(0, Infinity, ...kept);
  if (isChanged) shop.change(order, {});
  return { fulfillmentOrder: fulfilmentOrderNode(order), userErrors: [] };
}

function find(shop: WrittenShop, type: 'Order' | 'FulfillmentOrder', gid: string): FakeOrder | undefined {
  const [, named, id] = /^gid:\/\/shopify\/(\w+)\/(\d+)$/.exec(gid) ?? [];
  if (named !== type || !id) return undefined;
  return shop.order(type === 'Order' ? id : orderIdOf(id));
}

function notFound(what: string): object {
  return { field: ['id'], message: `${what} does not exist`, code: null };
}

/** @throws GraphQLError */
function needs({ scopes }: WrittenShop, scope: string): void {
  if (scopes.includes(scope)) return;
  throw refusedQuery('ACCESS_DENIED', `Access denied. Required access: \`${scope}\` access scope.`);
}
