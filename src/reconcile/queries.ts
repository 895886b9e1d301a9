/**
 * The queries that reconciliation sends to the Admin API (2026-10). A list contains the facts by which a
 * wrong state is found; whole orders are requested only if they differ from ours. No name, e-mail, phone or
 * note is requested, and of an address only the codes of country and province. The customer's id is requested
 * if the token may read customers.
 */

/** What the shop's scopes allow. Shopify refuses a whole query if the token may not read one of its fields. */
export interface Access {
  returns: boolean;
  disputes: boolean;
  /** The ids of products and variants. */
  products: boolean;
  /** The customer's id. */
  customers: boolean;
  /** Country and province. No scope says so: Shopify refuses them to apps without access to protected customer data. */
  addresses: boolean;
  /** Orders older than 60 days. */
  allOrders: boolean;
}

export function accessOf(scopes: readonly string[]): Access {
  const may = (what: string) => scopes.includes(`read_${what}`) || scopes.includes(`write_${what}`);
  return {
    returns: may('returns'),
    disputes: may('shopify_payments_disputes'),
    products: may('products'),
    customers: may('customers'),
    addresses: true,
    allOrders: scopes.includes('read_all_orders'),
  };
}

/** How many refunds and returns per order a list contains: very few orders have more. */
const LISTED_PARTS = 3;
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';
const AMOUNT = '{ amount currencyCode }';
/** As in REST: in the shop's and in the customer's currency. */
const MONEY = `{ shopMoney ${AMOUNT} presentmentMoney ${AMOUNT} }`;
/** Where bodies have only the shop's amount. */
const SHOP_MONEY = `{ shopMoney ${AMOUNT} }`;
const LINE = `id sku title vendor quantity currentQuantity unfulfilledQuantity requiresShipping
      originalUnitPriceSet ${MONEY}
      taxLines { title rate channelLiable priceSet ${MONEY} }
      discountAllocations { allocatedAmountSet ${MONEY} discountApplication { index } }`;
const PRODUCT = 'product { id } variant { id }';
const SHIPPED_LINE = 'quantity lineItem { id }';
const REFUNDED_LINE = `id quantity restockType subtotalSet ${MONEY} totalTaxSet ${MONEY} lineItem { id }`;
const TRANSACTION = `id kind status gateway test createdAt processedAt parentTransaction { id } amountSet ${MONEY}`;
const RETURN = 'id name status';
const LISTED = `id updatedAt closedAt cancelledAt currencyCode displayFinancialStatus displayFulfillmentStatus
      totalPriceSet ${SHOP_MONEY}
      transactionsCount { count }
      fulfillmentsCount { count }
      refunds(first: ${LISTED_PARTS}) { id }`;
const LISTED_DISPUTES = 'disputes { id status }';
const LISTED_RETURNS = `returns(first: ${LISTED_PARTS}) { nodes { id status } }`;

/** Points that a listed order costs: one per object. */
export function listedCost({ returns, disputes }: Access): number {
  return 1 + 2 + 1 + 1 + LISTED_PARTS + (disputes ? 1 : 0) + (returns ? LISTED_PARTS : 0);
}

/** Which orders changed, least recently changed first. */
export function changedOrdersQuery({ returns, disputes }: Access): string {
  return `query ChangedOrders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes {
      ${LISTED}
      ${disputes ? LISTED_DISPUTES : ''}
      ${returns ? LISTED_RETURNS : ''}
    }
    ${PAGE_INFO}
  }
}`;
}

/** Which of these orders Shopify knows. */
export const KNOWN_ORDERS = `query KnownOrders($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Order { id } }
}`;

/** Whole orders. {@link restQuery} and {@link PAYMENTS} get the rest of lists that are longer than requested. */
export function wholeOrdersQuery(access: Access): string {
  const { returns, disputes, customers, addresses } = access;
  return `query WholeOrders($ids: [ID!]!, $lines: Int!, $parts: Int!, $partLines: Int!, $parcels: Int!, $payments: Int!) {
  nodes(ids: $ids) {
    ... on Order {
      id name number test tags discountCodes sourceName poNumber paymentGatewayNames
      createdAt processedAt updatedAt closedAt cancelledAt cancelReason
      currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus
      totalPriceSet ${MONEY}
      currentTotalPriceSet ${MONEY}
      subtotalPriceSet ${MONEY}
      totalDiscountsSet ${MONEY}
      totalTaxSet ${MONEY}
      totalShippingPriceSet ${MONEY}
      originalTotalDutiesSet ${MONEY}
      totalTipReceivedSet ${SHOP_MONEY}
      totalOutstandingSet ${SHOP_MONEY}
      ${customers ? 'customer { id }' : ''}
      ${addresses ? 'shippingAddress { countryCodeV2 provinceCode }' : ''}
      lineItems(first: $lines) { nodes { ${lineOf(access)} } ${PAGE_INFO} }
      fulfillments(first: $parts) {
        id name status displayStatus createdAt updatedAt
        trackingInfo(first: $parcels) { company number url }
        fulfillmentLineItems(first: $partLines) { nodes { ${SHIPPED_LINE} } ${PAGE_INFO} }
      }
      refunds(first: $parts) {
        id createdAt
        refundLineItems(first: $partLines) { nodes { ${REFUNDED_LINE} } ${PAGE_INFO} }
        transactions(first: $partLines) { nodes { ${TRANSACTION} } ${PAGE_INFO} }
      }
      transactions(first: $payments) { ${TRANSACTION} }
      ${returns ? `returns(first: $parts) { nodes { ${RETURN} } ${PAGE_INFO} }` : ''}
      ${disputes ? 'disputes { id }' : ''}
    }
  }
}`;
}

function lineOf({ products }: Access): string {
  return products ? `${LINE} ${PRODUCT}` : LINE;
}

/** Lists with a cursor: what has them, and what is requested of an item. */
const LISTS = {
  lineItems: ['Order', lineOf],
  fulfillmentLineItems: ['Fulfillment', () => SHIPPED_LINE],
  refundLineItems: ['Refund', () => REFUNDED_LINE],
  transactions: ['Refund', () => TRANSACTION],
  returns: ['Order', () => RETURN],
} as const satisfies Record<string, readonly [string, (access: Access) => string]>;
export type LongList = keyof typeof LISTS;

/** The next page of a list. */
export function restQuery(list: LongList, access: Access): string {
  const [type, fieldsOf] = LISTS[list];
  return `query RestOf($id: ID!, $first: Int!, $after: String!) {
  node(id: $id) { ... on ${type} { ${list}(first: $first, after: $after) { nodes { ${fieldsOf(access)} } ${PAGE_INFO} } } }
}`;
}

/** An order's transactions have no cursor: they come in one page. */
export const PAYMENTS = `query Payments($id: ID!, $first: Int!) {
  node(id: $id) { ... on Order { transactions(first: $first) { ${TRANSACTION} } } }
}`;

/** An order contains only the ids of its disputes. */
export const DISPUTES = `query Disputes($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ShopifyPaymentsDispute {
      id type status amount ${AMOUNT} reasonDetails { reason } evidenceDueBy finalizedOn
    }
  }
}`;

/**
 * Every order that the token may read, as a bulk operation. It only lists orders, like the pages: bulk
 * operations allow no connection inside a list, so they cannot return whole orders. Returns are a connection,
 * whose items would be separate lines: a bulk pass does not compare them.
 */
export function bulkQuery({ disputes }: Access): string {
  return `{ orders { edges { node {
      ${LISTED}
      ${disputes ? LISTED_DISPUTES : ''}
  } } } }`;
}

export const BULK_RUN = `mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query) {
    bulkOperation { id status }
    userErrors { field message }
  }
}`;

export const BULK_STATE = `query BulkState($id: ID!) {
  node(id: $id) { ... on BulkOperation { id status errorCode objectCount url } }
}`;

/** Frees one of the five bulk operations that an app may run at a shop. */
export const BULK_CANCEL = `mutation BulkCancel($id: ID!) {
  bulkOperationCancel(id: $id) { userErrors { field message } }
}`;

/** The time zone in which the shop's days begin. */
export const SHOP_ZONE = '{ shop { ianaTimezone } }';

/**
 * How many orders match each of these searches, as `n0`, `n1`, … Without a limit: the default is 10,000.
 */
export function countsQuery(searches: readonly string[]): string {
  const counts = searches.map(
    (search, i) => `n${i}: ordersCount(query: ${JSON.stringify(search)}, limit: null) { count precision }`,
  );
  return `{ ${counts.join('\n')} }`;
}

/** Orders created in a span of time, oldest first. */
export const CREATED_ORDERS = `query CreatedOrders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, sortKey: CREATED_AT, query: $query) { nodes { id } ${PAGE_INFO} }
}`;
