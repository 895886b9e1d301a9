import type { Dispute, WholeOrder } from './read-answers.ts';

/**
 * Converts a whole order from the Admin API into the body that a webhook would have had. The same state at
 * Shopify gives the same bytes, and so the same event (P3). Ids are text, so they stay exact. The only
 * personal data in it are tracking numbers, which orders hold anyway. null means null at Shopify; a field
 * that was not requested is absent.
 * @param disputes of the order; undefined: the shop's token may not read them
 */
export function orderBytes(order: WholeOrder, disputes?: readonly Dispute[]): Buffer {
  return Buffer.from(JSON.stringify(orderBody(order, disputes)));
}

function orderBody(order: WholeOrder, disputes: readonly Dispute[] | undefined): object {
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    name: order.name,
    test: order.test,
    created_at: order.createdAt,
    processed_at: order.processedAt,
    updated_at: order.updatedAt,
    closed_at: order.closedAt,
    cancelled_at: order.cancelledAt,
    cancel_reason: order.cancelReason,
    financial_status: order.displayFinancialStatus,
    fulfillment_status: fulfillmentStatusOf(order),
    currency: order.currencyCode,
    presentment_currency: order.presentmentCurrencyCode,
    ...moneyBody('total_price', order.totalPriceSet),
    ...moneyBody('current_total_price', order.currentTotalPriceSet),
    line_items: order.lineItems.nodes.map(lineBody),
    fulfillments: order.fulfillments.toSorted(byId).map(fulfillmentBody),
    refunds: order.refunds.toSorted(byId).map(refundBody),
    transactions: order.transactions.toSorted(byId).map(transactionBody),
    returns: order.returns?.nodes.toSorted(byId),
    disputes: disputes?.toSorted(byId).map(disputeBody),
  };
}

type WholeMoney = WholeOrder['totalPriceSet'];
type WholeLine = WholeOrder['lineItems']['nodes'][number];
type Fulfillment = WholeOrder['fulfillments'][number];
type Refund = WholeOrder['refunds'][number];
type Transaction = WholeOrder['transactions'][number];

/** GraphQL's display statuses in REST's words. The others describe planned work, not what was shipped. */
const FULFILLMENT_STATUSES: Readonly<Record<string, string>> = {
  fulfilled: 'fulfilled',
  partially_fulfilled: 'partial',
  restocked: 'restocked',
};

/** With this display status, REST has null, whatever fulfillments the order has. */
const UNFULFILLED = 'unfulfilled';

/** REST's word for a display status; undefined: that depends on the order's fulfillments. */
export function shownFulfillmentStatus(shown: string | null): string | null | undefined {
  return shown === UNFULFILLED ? null : FULFILLMENT_STATUSES[shown ?? ''];
}

function fulfillmentStatusOf({ displayFulfillmentStatus: shown, fulfillments }: WholeOrder): string | null {
  const known = shownFulfillmentStatus(shown);
  if (known !== undefined) return known;
  // For example ON_HOLD or IN_PROGRESS, which are also possible after the first parcel.
  return fulfillments.some(({ status }) => status === 'success') ? 'partial' : null;
}

/** The states of a parcel that REST has. GraphQL's other states are about the label. */
const SHIPMENT_STATUSES: ReadonlySet<string | null> = new Set([
  'label_printed',
  'label_purchased',
  'attempted_delivery',
  'ready_for_pickup',
  'picked_up',
  'carrier_picked_up',
  'delayed',
  'confirmed',
  'in_transit',
  'out_for_delivery',
  'delivered',
  'failure',
]);

function lineBody(line: WholeLine): object {
  return {
    id: line.id,
    sku: line.sku,
    title: line.title,
    quantity: line.quantity,
    current_quantity: line.currentQuantity,
    fulfillable_quantity: line.unfulfilledQuantity,
    ...moneyBody('price', line.originalUnitPriceSet),
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
      id: line.id ?? undefined,
      line_item_id: line.lineItem,
      quantity: line.quantity,
      // REST has a number here; elsewhere amounts are text.
      subtotal: Number(line.subtotalSet.shopMoney.amount),
      subtotal_set: setOf(line.subtotalSet),
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
    // As in webhooks: the amount in the customer's currency.
    amount: amountOf(transaction.amountSet.presentmentMoney),
    currency: transaction.amountSet.presentmentMoney.currencyCode,
    amount_set: setOf(transaction.amountSet),
    parent_id: transaction.parentTransaction,
    test: transaction.test,
    created_at: transaction.createdAt,
    processed_at: transaction.processedAt,
  };
}

function disputeBody({ amount, reasonDetails, ...dispute }: Dispute): object {
  return {
    id: dispute.id,
    type: dispute.type,
    amount: amountOf(amount),
    currency: amount.currencyCode,
    reason: reasonDetails.reason,
    status: dispute.status,
    evidence_due_by: dispute.evidenceDueBy,
    finalized_on: dispute.finalizedOn,
  };
}

/** An amount in the shop's currency, and the same amount in both currencies as `…_set`. */
function moneyBody(name: string, money: WholeMoney): object {
  return { [name]: amountOf(money.shopMoney), [`${name}_set`]: setOf(money) };
}

function setOf({ shopMoney, presentmentMoney }: WholeMoney): object {
  const one = (money: WholeMoney['shopMoney']) => ({
    amount: amountOf(money),
    currency_code: money.currencyCode,
  });
  return { shop_money: one(shopMoney), presentment_money: one(presentmentMoney) };
}

/** GraphQL writes 10.0 where REST writes 10.00, and 1500.0 yen where REST writes 1500. */
function amountOf({ amount, currencyCode }: WholeMoney['shopMoney']): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const digits = fraction.replace(/0+$/, '').padEnd(digitsOf(currencyCode), '0');
  return digits === '' ? whole : `${whole}.${digits}`;
}

const DIGITS = new Map<string, number>();

function digitsOf(currency: string): number {
  const known = DIGITS.get(currency);
  if (known !== undefined) return known;
  const isCode = /^[A-Z]{3}$/.test(currency);
  const format = isCode ? new Intl.NumberFormat('en', { style: 'currency', currency }) : null;
  const digits = format?.resolvedOptions().maximumFractionDigits ?? 2;
  DIGITS.set(currency, digits);
  return digits;
}

/** Ids grow, so a shorter one is earlier. */
function byId(a: { id: string }, b: { id: string }): number {
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : 1;
}
