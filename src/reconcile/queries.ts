/**
 * What reconciliation asks the Admin API (2026-10). Listing is cheap (a point an order) and is all that a
 * pass without drift costs; whole orders are asked for only where ours is missing or stale.
 * Nothing personal is asked for: no name, address, e-mail, phone or note.
 */

const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';
const MONEY = '{ shopMoney { amount currencyCode } }';
const LINE = `id sku title quantity currentQuantity requiresShipping originalUnitPriceSet ${MONEY}`;
const SHIPPED_LINE = 'quantity lineItem { id }';
const REFUNDED_LINE = `quantity restockType subtotalSet ${MONEY} lineItem { id }`;
const TRANSACTION = `id kind status gateway test createdAt processedAt parentTransaction { id } amountSet ${MONEY}`;

/** Which orders changed, the longest ago first. */
export const CHANGED_ORDERS = `query ChangedOrders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes { id updatedAt }
    ${PAGE_INFO}
  }
}`;

/** Whole orders. A list in one may be longer than it is asked for: {@link REST} tells the rest. */
export const WHOLE_ORDERS = `query WholeOrders($ids: [ID!]!, $lines: Int!, $parts: Int!, $partLines: Int!, $parcels: Int!) {
  nodes(ids: $ids) {
    ... on Order {
      id name test createdAt updatedAt closedAt cancelledAt cancelReason currencyCode
      displayFinancialStatus displayFulfillmentStatus
      totalPriceSet ${MONEY}
      lineItems(first: $lines) { nodes { ${LINE} } ${PAGE_INFO} }
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
    }
  }
}`;

/** One more page of a list that has a cursor. */
export const REST = {
  lineItems: restOf('Order', 'lineItems', LINE),
  fulfillmentLineItems: restOf('Fulfillment', 'fulfillmentLineItems', SHIPPED_LINE),
  refundLineItems: restOf('Refund', 'refundLineItems', REFUNDED_LINE),
  transactions: restOf('Refund', 'transactions', TRANSACTION),
} as const;

function restOf(type: string, list: string, fields: string): string {
  return `query RestOf($id: ID!, $first: Int!, $after: String!) {
  node(id: $id) { ... on ${type} { ${list}(first: $first, after: $after) { nodes { ${fields} } ${PAGE_INFO} } } }
}`;
}

/**
 * Every order that the token may see, as a bulk operation. It lists, as pages do: bulk operations take no
 * connection inside a list, so fulfillments and refunds could not come whole.
 */
export const BULK_QUERY = '{ orders { edges { node { id updatedAt } } } }';

export const BULK_RUN = `mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query) {
    bulkOperation { id status }
    userErrors { field message }
  }
}`;

export const BULK_STATE = `query BulkState($id: ID!) {
  node(id: $id) { ... on BulkOperation { id status errorCode objectCount url } }
}`;
