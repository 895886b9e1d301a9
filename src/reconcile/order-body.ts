import type { Dispute, WholeOrder } from './read-answers.ts';

/**
 * Converts a whole order from the Admin API into the body that a webhook would have had. The same state at
 * Shopify gives the same bytes, and so the same event (P3). Ids are text, so they stay exact. The only
 * personal data in it are tracking numbers, the customer's id, and the codes of country and province, which
 * orders hold anyway. null means null at Shopify; a field that was not requested is absent.
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
    order_number: order.number ?? undefined,
    test: order.test,
    tags: order.tags.join(', '),
    discount_codes: order.discountCodes.map((code) => ({ code })),
    source_name: order.sourceName,
    po_number: order.poNumber,
    payment_gateway_names: order.paymentGatewayNames,
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
    ...amountsBody(order),
    customer: idBody(order.customer),
    shipping_address: placeBody(order.shippingAddress),
    line_items: order.lineItems.nodes.map(lineBody),
    fulfillments: order.fulfillments.toSorted(byId).map(fulfillmentBody),
    refunds: order.refunds.toSorted(byId).map(refundBody),
    transactions: order.transactions.toSorted(byId).map(transactionBody),
    returns: order.returns?.nodes.toSorted(byId),
    disputes: disputes?.toSorted(byId).map(disputeBody),
  };
}

/**
 * Amounts that REST has in addition to the totals. Some have no plain text there, others no amount in the customer's
 * currency.
 */
function amountsBody(order: WholeOrder): object {
  return {
    ...moneyBody('subtotal_price', order.subtotalPriceSet),
    ...moneyBody('total_discounts', order.totalDiscountsSet),
    ...moneyBody('total_tax', order.totalTaxSet),
    total_shipping_price_set: setOf(order.totalShippingPriceSet),
    original_total_duties_set: setOf(order.originalTotalDutiesSet),
    total_tip_received: amountOf(order.totalTipReceivedSet),
    total_outstanding: amountOf(order.totalOutstandingSet),
  };
}

/** undefined: it was not requested. */
function idBody(id: string | null | undefined): object | null | undefined {
  return typeof id === 'string' ? { id } : id;
}

function placeBody(place: WholeOrder['shippingAddress']): object | null | undefined {
  return place ? { country_code: place.countryCodeV2, province_code: place.provinceCode } : place;
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
    product_id: line.product,
    variant_id: line.variant,
    sku: line.sku,
    title: line.title,
    vendor: line.vendor,
    quantity: line.quantity,
    current_quantity: line.currentQuantity,
    fulfillable_quantity: line.unfulfilledQuantity,
    ...moneyBody('price', line.originalUnitPriceSet),
    requires_shipping: line.requiresShipping,
    tax_lines: line.taxLines.map(taxBody),
    discount_allocations: line.discountAllocations.map(discountBody),
  };
}

function taxBody({ title, rate, channelLiable, priceSet }: WholeLine['taxLines'][number]): object {
  const price = moneyBody('price', priceSet);
  return { title, rate: rate ?? undefined, channel_liable: channelLiable ?? undefined, ...price };
}

function discountBody(discount: WholeLine['discountAllocations'][number]): object {
  const { allocatedAmountSet, discountApplication } = discount;
  return {
    ...moneyBody('amount', allocatedAmountSet),
    discount_application_index: discountApplication.index,
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
      total_tax: line.totalTaxSet && Number(line.totalTaxSet.shopMoney.amount),
      total_tax_set: setOf(line.totalTaxSet),
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
function moneyBody(name: string, money: WholeMoney | null): object {
  return { [name]: amountOf(money && money.shopMoney), [`${name}_set`]: setOf(money) };
}

function setOf(money: WholeMoney | null): object | null {
  if (!money) return null;
  const { shopMoney, presentmentMoney } = money;
  return { shop_money: oneOf(shopMoney), presentment_money: oneOf(presentmentMoney) };
}

function oneOf(money: WholeMoney['shopMoney']): object {
  return { amount: amountOf(money), currency_code: money.currencyCode };
}

/** GraphQL writes 10.0 where REST writes 10.00, and 1500.0 yen where REST writes 1500. */
function amountOf(money: WholeMoney['shopMoney'] | null): string | null {
  if (!money) return null;
  const { amount, currencyCode } = money;
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
