import type { WholeOrder } from './read-answers.ts';

/**
 * A whole order of the Admin API's as the body that a webhook would have brought: the same state at Shopify
 * is the same bytes, and so the same event (P3). Ids are text: exact. Nothing personal is in it but tracking
 * numbers, which orders hold already.
 */
export function orderBytes(order: WholeOrder): Buffer {
  return Buffer.from(JSON.stringify(orderBody(order)));
}

function orderBody(order: WholeOrder): object {
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    name: order.name,
    test: order.test,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    closed_at: order.closedAt,
    cancelled_at: order.cancelledAt,
    cancel_reason: order.cancelReason,
    financial_status: order.displayFinancialStatus,
    fulfillment_status: fulfillmentStatusOf(order),
    currency: order.currencyCode,
    total_price: amountOf(order.totalPriceSet),
    line_items: order.lineItems.nodes.map(lineBody),
    fulfillments: order.fulfillments.toSorted(byId).map(fulfillmentBody),
    refunds: order.refunds.toSorted(byId).map(refundBody),
  };
}

type Money = WholeOrder['totalPriceSet'];
type Line = WholeOrder['lineItems']['nodes'][number];
type Fulfillment = WholeOrder['fulfillments'][number];
type Refund = WholeOrder['refunds'][number];
type Transaction = Refund['transactions']['nodes'][number];

/** What GraphQL shows and REST's words for it; the others tell how it is to go on, not what was shipped. */
const FULFILLMENT_STATUSES: Readonly<Record<string, string>> = {
  fulfilled: 'fulfilled',
  partially_fulfilled: 'partial',
  restocked: 'restocked',
};

function fulfillmentStatusOf({ displayFulfillmentStatus: shown, fulfillments }: WholeOrder): string | null {
  const known = FULFILLMENT_STATUSES[shown ?? ''];
  if (known !== undefined) return known;
  // Such as ON_HOLD and IN_PROGRESS, which an order may be in after its first parcel.
  return fulfillments.some(({ status }) => status === 'success') ? 'partial' : null;
}

/** The states of a parcel that REST has; the others are of the label, not of the parcel. */
const SHIPMENT_STATUSES: ReadonlySet<string | null> = new Set([
  'label_printed',
  'label_purchased',
  'attempted_delivery',
  'ready_for_pickup',
  'picked_up',
  'confirmed',
  'in_transit',
  'out_for_delivery',
  'delivered',
  'failure',
]);

function lineBody(line: Line): object {
  return {
    id: line.id,
    sku: line.sku,
    title: line.title,
    quantity: line.quantity,
    current_quantity: line.currentQuantity,
    price: amountOf(line.originalUnitPriceSet),
    requires_shipping: line.requiresShipping,
  };
}

function fulfillmentBody(fulfillment: Fulfillment): object {
  const { displayStatus, trackingInfo, fulfillmentLineItems } = fulfillment;
  return {
    id: fulfillment.id,
    name: fulfillment.name,
    status: fulfillment.status,
    shipment_status: SHIPMENT_STATUSES.has(displayStatus) ? displayStatus : null,
    tracking_company: trackingInfo[0]?.company ?? null,
    tracking_numbers: trackingInfo.map((parcel) => parcel.number).filter((number) => number !== null),
    tracking_urls: trackingInfo.map((parcel) => parcel.url).filter((url) => url !== null),
    created_at: fulfillment.createdAt,
    updated_at: fulfillment.updatedAt,
    line_items: fulfillmentLineItems.nodes.map((line) => ({ id: line.lineItem, quantity: line.quantity })),
  };
}

function refundBody({ id, createdAt, refundLineItems, transactions }: Refund): object {
  return {
    id,
    created_at: createdAt,
    processed_at: createdAt,
    refund_line_items: refundLineItems.nodes.map((line) => ({
      line_item_id: line.lineItem,
      quantity: line.quantity,
      // REST has a number here, and text elsewhere.
      subtotal: Number(line.subtotalSet.shopMoney.amount),
      restock_type: line.restockType,
    })),
    transactions: transactions.nodes.toSorted(byId).map(transactionBody),
  };
}

function transactionBody(transaction: Transaction): object {
  return {
    id: transaction.id,
    kind: transaction.kind,
    status: transaction.status,
    gateway: transaction.gateway,
    amount: amountOf(transaction.amountSet),
    currency: transaction.amountSet.shopMoney.currencyCode,
    parent_id: transaction.parentTransaction,
    test: transaction.test,
    created_at: transaction.createdAt,
    processed_at: transaction.processedAt,
  };
}

/** GraphQL writes 10.0 where REST writes 10.00. */
function amountOf({ shopMoney: { amount } }: Money): string {
  return /\.\d$/.test(amount) ? `${amount}0` : amount;
}

/** Ids grow: shorter is earlier. */
function byId(a: { id: string }, b: { id: string }): number {
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : 1;
}
