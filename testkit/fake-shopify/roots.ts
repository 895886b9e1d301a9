import type { BulkOperations } from './bulk.ts';
import type { FakeOrder } from './fake-order.ts';
import { connectionOf } from './connection.ts';
import { fulfilmentOrderNode, orderIdOf } from './fulfilment-orders.ts';
import { refusedQuery, type Node } from './graphql-node.ts';
import { countOrders, listOrders, type CountArgs, type OrdersArgs } from './order-listing.ts';
import { orderMutations, type WrittenShop } from './mutations.ts';
import { orderNode, partOf } from './order-node.ts';

/** What queries read of a shop. */
export interface QueriedShop {
  id: number;
  name: string;
  title: string;
  scopes: readonly string[];
  /** `America/New_York` */
  zone: string;
  /** Whether the app may not read addresses, not even countries. */
  hidesAddresses: boolean;
  orders: readonly FakeOrder[];
  /** By its id. */
  order: (id: string) => FakeOrder | undefined;
  subscriptions: readonly { id: number; topic: string; uri: string }[];
  bulk: Pick<BulkOperations, 'run' | 'cancel' | 'find' | 'newest'>;
}

/** The root fields of queries about a shop. */
export function queryRoot(shop: QueriedShop): Node {
  return {
    __typename: 'QueryRoot',
    shop: {
      __typename: 'Shop',
      id: `gid://shopify/Shop/${shop.id}`,
      name: shop.title,
      myshopifyDomain: shop.name,
      currencyCode: 'USD',
      ianaTimezone: shop.zone,
      plan: {
        __typename: 'ShopPlan',
        publicDisplayName: 'Basic',
        partnerDevelopment: false,
        shopifyPlus: false,
      },
    },
    currentAppInstallation: {
      __typename: 'AppInstallation',
      accessScopes: shop.scopes.map((handle) => ({ __typename: 'AccessScope', handle })),
    },
    orders: (args: OrdersArgs) =>
      listOrders(shop.orders.filter(readable(shop)), args, (order) => nodeOf(shop, order)),
    ordersCount: (args: CountArgs) => countOrders(shop.orders.filter(readable(shop)), args),
    order: ({ id }: { id?: string }) => byId(shop, id),
    node: ({ id }: { id?: string }) => byId(shop, id),
    nodes: ({ ids = [] }: { ids?: string[] }) => ids.map((id) => byId(shop, id)),
    bulkOperation: ({ id }: { id?: string }) => shop.bulk.find(id),
    currentBulkOperation: () => shop.bulk.newest(),
    webhookSubscriptions: (args: object) =>
      connectionOf('WebhookSubscription', shop.subscriptions.map(subscriptionNode), args),
  };
}

export function mutationRoot(shop: QueriedShop & WrittenShop): Node {
  return {
    __typename: 'MutationRoot',
    ...orderMutations(shop, (order) => nodeOf(shop, order)),
    bulkOperationRunQuery: ({ query }: { query?: string }) => {
      readable(shop);
      return shop.bulk.run(query ?? '');
    },
    bulkOperationCancel: ({ id }: { id?: string }) => shop.bulk.cancel(id ?? ''),
  };
}

/** How far back `read_orders` reaches; `read_all_orders` reaches everything. */
const REACH_MS = 60 * 24 * 3_600_000;

/** Which orders the app may read. @throws GraphQLError if it may read none */
function readable(shop: QueriedShop): (order: FakeOrder) => boolean {
  if (!shop.scopes.some((scope) => scope === 'read_orders' || scope === 'write_orders'))
    denied('orders', 'read_orders');
  if (shop.scopes.includes('read_all_orders')) return () => true;
  const since = Date.now() - REACH_MS;
  return ({ createdAt }) => createdAt.getTime() >= since;
}

/** Refuses the whole query if the token lacks a scope, as Shopify does. @throws GraphQLError */
function nodeOf(shop: QueriedShop, order: FakeOrder): Node {
  const mayRead = (what: string) =>
    shop.scopes.some((scope) => scope === `read_${what}` || scope === `write_${what}`);
  const refused = Object.fromEntries(
    Object.entries(SCOPES)
      .filter(([, what]) => !mayRead(what))
      .map(([field, what]) => [field, () => denied(field, `read_${what}`)]),
  );
  const node = { ...orderNode(order), ...refused, fulfillmentOrders: fulfilmentOrdersOf(shop, order) };
  return shop.hidesAddresses ? { ...node, shippingAddress: notApproved } : node;
}

const FULFILMENT_ORDERS = 'read_merchant_managed_fulfillment_orders';

function fulfilmentOrdersOf({ scopes }: QueriedShop, order: FakeOrder): (args: object) => Node {
  return (args) => {
    if (!scopes.includes(FULFILMENT_ORDERS) && !scopes.includes(FULFILMENT_ORDERS.replace('read_', 'write_')))
      denied('fulfillmentOrders', FULFILMENT_ORDERS);
    return connectionOf('FulfillmentOrder', [fulfilmentOrderNode(order)], args);
  };
}

/** Fields of an order that need another scope than orders. */
const SCOPES = { returns: 'returns', customer: 'customers' } as const;

/** The app has no access to protected customer data. */
function notApproved(): never {
  throw refusedQuery('ACCESS_DENIED', 'This app is not approved to access the MailingAddress object.');
}

function readablePart(shop: QueriedShop, type: string, part: Node | null): Node | null {
  const scope = 'read_shopify_payments_disputes';
  if (type === 'ShopifyPaymentsDispute' && !shop.scopes.includes(scope)) denied('dispute', scope);
  return part;
}

function denied(field: string, scope: string): never {
  throw refusedQuery(
    'ACCESS_DENIED',
    `Access denied for ${field} field. Required access: \`${scope}\` access scope.`,
  );
}

/** Null if there is none; then the answer contains null too, and no error. */
function byId(shop: QueriedShop, gid: string | undefined): Node | null {
  const [, type, id] = /^gid:\/\/shopify\/(\w+)\/(\d+)$/.exec(gid ?? '') ?? [];
  if (!gid || !type || !id) throw refusedQuery('argumentLiteralsIncompatible', `Invalid global id '${gid}'`);
  if (type === 'BulkOperation') return shop.bulk.find(gid);
  if (type === 'FulfillmentOrder') return fulfilmentOrder(shop, id);
  const order = orderOf(shop, type, id);
  if (!order) return null;
  return type === 'Order' ? nodeOf(shop, order) : readablePart(shop, type, partOf(order, gid));
}

function fulfilmentOrder(shop: QueriedShop, id: string): Node | null {
  const order = orderOf(shop, 'Order', orderIdOf(id));
  return order && fulfilmentOrderNode(order);
}

/** The order of this id, or the one with this part, if the app may read it. */
function orderOf(shop: QueriedShop, type: string, id: string): FakeOrder | null {
  const mayRead = readable(shop);
  const order = type === 'Order' ? shop.order(id) : shop.orders.find((each) => each.mentions(id));
  return order && mayRead(order) ? order : null;
}

function subscriptionNode({ id, topic, uri }: QueriedShop['subscriptions'][number]): Node {
  return {
    __typename: 'WebhookSubscription',
    id: `gid://shopify/WebhookSubscription/${id}`,
    legacyResourceId: String(id),
    topic: topic.toUpperCase().replace('/', '_'),
    uri,
    format: 'JSON',
    includeFields: [],
    filter: null,
    endpoint: { __typename: 'WebhookHttpEndpoint', callbackUrl: uri },
  };
}
