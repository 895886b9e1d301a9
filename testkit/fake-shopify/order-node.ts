import { connectionOf } from './connection.ts';
import type { FakeOrder, Json } from './fake-order.ts';
import type { Node } from './graphql-node.ts';
import { amountFields, moneyNode, moneySet, optionalSet, paidSet } from './money-node.ts';

/**
 * An order of the Admin API, made from the store's REST body: the same facts in other words. Times are UTC,
 * enums are upper case, and amounts lose their last zero (`10.00` is `10.0`), as at Shopify.
 */
export function orderNode(order: FakeOrder): Node {
  let kept: Json | undefined;
  const rest = () => (kept ??= order.rest());
  const time = (name: string) => () => timeOf(rest()[name]);
  const money = (name: string) => () => moneySet(rest()[name], rest(), rest()[`${name}_set`]);
  const list = (name: string) => (rest()[name] ?? []) as Json[];
  return {
    __typename: 'Order',
    id: order.gid,
    legacyResourceId: order.id,
    updatedAt: timeOf(order.updatedAt),
    name: () => rest().name,
    createdAt: time('created_at'),
    processedAt: time('processed_at'),
    cancelledAt: time('cancelled_at'),
    closedAt: time('closed_at'),
    closed: () => rest().closed_at !== null,
    cancelReason: () => enumOf(rest().cancel_reason),
    test: () => rest().test,
    confirmed: () => rest().confirmed,
    currencyCode: () => rest().currency,
    presentmentCurrencyCode: () => rest().presentment_currency,
    displayFinancialStatus: () => enumOf(rest().financial_status),
    displayFulfillmentStatus: () => FULFILLMENT[String(rest().fulfillment_status)] ?? 'UNFULFILLED',
    transactionsCount: () => countNode(order.transactions().length),
    fulfillmentsCount: () => countNode(list('fulfillments').length),
    totalPriceSet: money('total_price'),
    currentTotalPriceSet: money('current_total_price'),
    ...amountFields(rest),
    ...aboutFields(rest),
    lineItems: (args: object) =>
      connectionOf(
        'LineItem',
        list('line_items').map((line) => lineNode(line, rest())),
        args,
      ),
    fulfillments: (args: object) =>
      firstOf(
        list('fulfillments').map((each) => fulfillmentNode(each, rest())),
        args,
      ),
    refunds: (args: object) =>
      firstOf(
        list('refunds').map((each) => refundNode(each, rest())),
        args,
      ),
    transactions: (args: object) =>
      firstOf(
        order.transactions().map((each) => transactionNode(each, rest())),
        args,
      ),
    returns: (args: object) => connectionOf('Return', order.beside('returns').map(returnNode), args),
    disputes: () => order.beside('disputes').map(disputeSummary),
    customer: () => customerNode(rest().customer as Json | null),
  };
}

/** Where an order came from and where it goes. */
function aboutFields(rest: () => Json): Record<string, () => unknown> {
  return {
    tags: () => tagsOf(rest().tags),
    number: () => rest().order_number,
    sourceName: () => rest().source_name ?? null,
    poNumber: () => rest().po_number ?? null,
    paymentGatewayNames: () => rest().payment_gateway_names ?? [],
    discountCodes: () => ((rest().discount_codes ?? []) as Json[]).map(({ code }) => code),
    shippingAddress: () => placeNode(rest().shipping_address as Json | null),
  };
}

const FULFILLMENT: Readonly<Record<string, string>> = {
  partial: 'PARTIALLY_FULFILLED',
  fulfilled: 'FULFILLED',
  restocked: 'RESTOCKED',
};

/** @returns a part of this order, by its GraphQL id; null if it has no such part */
export function partOf(order: FakeOrder, gid: string): Node | null {
  const rest = order.rest();
  const found = (list: unknown) => ((list ?? []) as Json[]).find((part) => part.admin_graphql_api_id === gid);
  const fulfillment = found(rest.fulfillments);
  if (fulfillment) return fulfillmentNode(fulfillment, rest);
  const refund = found(rest.refunds);
  if (refund) return refundNode(refund, rest);
  const dispute = order.beside('disputes').find((each) => disputeGid(each) === gid);
  return dispute ? disputeNode(dispute) : null;
}

function lineNode(line: Json, rest: Json): Node {
  return {
    __typename: 'LineItem',
    id: line.admin_graphql_api_id,
    sku: line.sku,
    title: line.title,
    name: line.name,
    quantity: line.quantity,
    currentQuantity: line.current_quantity,
    unfulfilledQuantity: line.fulfillable_quantity ?? line.current_quantity,
    requiresShipping: line.requires_shipping,
    originalUnitPriceSet: moneySet(line.price, rest, line.price_set),
    vendor: line.vendor ?? null,
    product: idNode('Product', line.product_id),
    variant: idNode('ProductVariant', line.variant_id),
    taxLines: ((line.tax_lines ?? []) as Json[]).map((tax) => ({
      __typename: 'TaxLine',
      title: tax.title,
      rate: tax.rate,
      channelLiable: tax.channel_liable ?? null,
      priceSet: moneySet(tax.price, rest, tax.price_set),
    })),
    discountAllocations: ((line.discount_allocations ?? []) as Json[]).map((allocation) => ({
      __typename: 'DiscountAllocation',
      allocatedAmountSet: moneySet(allocation.amount, rest, allocation.amount_set),
      discountApplication: {
        __typename: 'DiscountApplication',
        index: allocation.discount_application_index,
      },
    })),
  };
}

function idNode(type: string, id: unknown): Node | null {
  if (id === null || id === undefined) return null;
  return { __typename: type, id: `gid://shopify/${type}/${String(id as number)}` };
}

function placeNode(address: Json | null | undefined): Node | null {
  if (!address) return null;
  const { country_code: countryCodeV2, province_code: provinceCode } = address;
  return { __typename: 'MailingAddress', countryCodeV2, provinceCode };
}

function fulfillmentNode(part: Json, rest: Json): Node {
  const lines = part.line_items as Json[];
  return {
    __typename: 'Fulfillment',
    id: part.admin_graphql_api_id,
    legacyResourceId: String(part.id),
    name: part.name,
    status: enumOf(part.status),
    displayStatus: enumOf(part.shipment_status) ?? 'FULFILLED',
    createdAt: timeOf(part.created_at),
    updatedAt: timeOf(part.updated_at),
    totalQuantity: lines.reduce((sum, line) => sum + Number(line.quantity), 0),
    trackingInfo: (args: object) =>
      firstOf(
        (part.tracking_numbers as string[]).map((number, i) => ({
          __typename: 'FulfillmentTrackingInfo',
          company: part.tracking_company,
          number,
          url: (part.tracking_urls as string[])[i] ?? null,
        })),
        args,
      ),
    fulfillmentLineItems: (args: object) =>
      connectionOf(
        'FulfillmentLineItem',
        lines.map((line) => ({
          __typename: 'FulfillmentLineItem',
          id: `gid://shopify/FulfillmentLineItem/${String(line.id)}`,
          quantity: line.quantity,
          lineItem: lineNode(line, rest),
        })),
        args,
      ),
  };
}

export function refundNode(part: Json, rest: Json): Node {
  const transactions = part.transactions as Json[];
  const refunded = transactions.filter((each) => each.kind === 'refund' && each.status === 'success');
  return {
    __typename: 'Refund',
    id: part.admin_graphql_api_id,
    legacyResourceId: String(part.id),
    createdAt: timeOf(part.created_at),
    updatedAt: timeOf(part.updated_at ?? part.created_at),
    totalRefundedSet: moneySet(
      refunded.reduce((sum, each) => sum + Number(each.amount), 0),
      rest,
    ),
    refundLineItems: (args: object) =>
      connectionOf(
        'RefundLineItem',
        (part.refund_line_items as Json[]).map((line) => ({
          __typename: 'RefundLineItem',
          id: `gid://shopify/RefundLineItem/${String(line.id)}`,
          quantity: line.quantity,
          restockType: enumOf(line.restock_type),
          subtotalSet: moneySet(line.subtotal, rest, line.subtotal_set),
          totalTaxSet: optionalSet(line.total_tax, rest, line.total_tax_set),
          lineItem: lineNode(line.line_item as Json, rest),
        })),
        args,
      ),
    transactions: (args: object) =>
      connectionOf(
        'OrderTransaction',
        transactions.map((each) => transactionNode(each, rest)),
        args,
      ),
  };
}

function transactionNode(part: Json, rest: Json): Node {
  const parent = part.parent_id as number | null;
  return {
    __typename: 'OrderTransaction',
    id: part.admin_graphql_api_id,
    kind: enumOf(part.kind),
    status: enumOf(part.status),
    gateway: part.gateway,
    test: part.test,
    createdAt: timeOf(part.created_at),
    processedAt: timeOf(part.processed_at),
    amountSet: paidSet(part, rest),
    parentTransaction:
      parent === null
        ? null
        : { __typename: 'OrderTransaction', id: `gid://shopify/OrderTransaction/${parent}` },
  };
}

function customerNode(customer: Json | null | undefined): Node | null {
  if (!customer) return null;
  const id = String(customer.id);
  return { __typename: 'Customer', id: `gid://shopify/Customer/${id}`, legacyResourceId: id };
}

function returnNode(part: Json): Node {
  return {
    __typename: 'Return',
    id: `gid://shopify/Return/${String(part.id)}`,
    name: part.name,
    status: enumOf(part.status),
  };
}

function disputeGid(part: Json): string {
  return `gid://shopify/ShopifyPaymentsDispute/${String(part.id)}`;
}

function disputeSummary(part: Json): Node {
  return {
    __typename: 'OrderDisputeSummary',
    id: disputeGid(part),
    initiatedAs: enumOf(part.type),
    status: enumOf(part.status),
  };
}

function disputeNode(part: Json): Node {
  return {
    __typename: 'ShopifyPaymentsDispute',
    id: disputeGid(part),
    type: enumOf(part.type),
    status: enumOf(part.status),
    amount: moneyNode(part.amount, part.currency),
    reasonDetails: { __typename: 'ShopifyPaymentsDisputeReasonDetails', reason: enumOf(part.reason) },
    evidenceDueBy: part.evidence_due_by ?? null,
    finalizedOn: part.finalized_on ?? null,
  };
}

function countNode(count: number): Node {
  return { __typename: 'Count', count, precision: 'EXACT' };
}

/** A list that takes `first` but is not a connection. */
function firstOf(nodes: Node[], { first }: { first?: number }): Node[] {
  return first === undefined ? nodes : nodes.slice(0, first);
}

function timeOf(time: unknown): string | null {
  if (time === null || time === undefined) return null;
  return new Date(time as string | Date).toISOString().replace('.000Z', 'Z');
}

function enumOf(word: unknown): string | null {
  return typeof word === 'string' ? word.toUpperCase() : null;
}

function tagsOf(tags: unknown): string[] {
  return typeof tags === 'string' && tags !== '' ? tags.split(', ') : [];
}
