import type { OrderBody } from './body-schemas.ts';
import { sumOf } from './decimal.ts';
import type { Cancellation, OrderEvent, Snapshot } from './event.ts';
import { isoOf, millisOf } from './instants.ts';
import { positionOf } from './position.ts';
import { fulfillment, refund, type PastOnly } from './read-parts.ts';
import type { SentBody } from './sent-body.ts';

/**
 * Reads a whole order, and the fulfillments and refunds inside it. Fields that the body leaves out are undefined, and
 * change nothing.
 * @param cancels whether the topic says that the order was cancelled
 * @param stored what the order stores of the body itself
 */
export function readOrder(
  { occurredAt, position }: Pick<OrderEvent, 'occurredAt' | 'position'>,
  body: OrderBody,
  cancels: boolean,
  past: PastOnly,
  stored: SentBody | null,
): Pick<OrderEvent, 'snapshot' | 'parts'> {
  // A fulfillment has its own updated_at. Without it, it is as new as the order around it, as a refund always is.
  // Within the same second, the newer snapshot counts, and its own event takes precedence over any snapshot.
  const ofFulfillment = (updatedAt: string | null | undefined) => {
    const at = millisOf(past(updatedAt));
    return at === null ? position : positionOf(at, 0, 0, position);
  };
  return {
    snapshot: {
      facts: factsOf(body, occurredAt, past),
      cancelled: cancellationOf(body, cancels, occurredAt, past),
      customer: body.customer?.id ?? null,
      body: stored,
    },
    parts: [
      ...(body.fulfillments ?? []).map((each) => ({
        kind: 'fulfillments' as const,
        part: { ...fulfillment(each, past), position: ofFulfillment(each.updated_at) },
      })),
      ...(body.refunds ?? []).map((each) => ({
        kind: 'refunds' as const,
        part: { ...refund(each, past), position },
      })),
    ],
  };
}

/** A cancellation without its own time happened when the event did. */
function cancellationOf(
  body: OrderBody,
  cancels: boolean,
  occurredAt: number,
  past: PastOnly,
): Cancellation | null {
  const cancelledAt = body.cancelled_at ?? null;
  if (cancelledAt === null && !cancels) return null;
  return { at: millisOf(past(cancelledAt)) ?? occurredAt, reason: body.cancel_reason ?? null };
}

function factsOf(body: OrderBody, occurredAt: number, past: PastOnly): Snapshot['facts'] {
  const { customer, shipping_address: address } = body;
  return {
    name: body.name,
    financialStatus: body.financial_status,
    fulfillmentStatus: body.fulfillment_status,
    orderNumber: body.order_number,
    test: body.test,
    taxesIncluded: body.taxes_included,
    tags: body.tags === null ? [] : body.tags,
    discountCodes: body.discount_codes?.flatMap(({ code }) => code ?? []),
    gatewayNames: body.payment_gateway_names,
    sourceName: body.source_name,
    poNumber: body.po_number,
    customerId: inside(customer, (known) => known.id),
    shippingCountry: inside(address, (known) => known.country_code),
    shippingRegion: inside(address, (known) => known.province_code),
    createdAt: past(body.created_at),
    processedAt: past(body.processed_at),
    updatedAt: isoOf(past(body.updated_at)) ?? undefined,
    closedAt: closedAtOf(body.closed_at, occurredAt),
    ...totalsOf(body),
    lines: body.line_items?.map(lineOf),
  };
}

/** Reads from an object; if there is none (null), its values are null. */
function inside<From extends object, Value>(
  from: From | null | undefined,
  read: (from: From) => Value | undefined,
): Value | null | undefined {
  return from ? read(from) : from;
}

/** If the closing time in a body is unreadable, the order counts as closed at the time of the event. */
function closedAtOf(closedAt: string | null | undefined, occurredAt: number): string | null | undefined {
  return closedAt ? (isoOf(closedAt) ?? new Date(occurredAt).toISOString()) : closedAt;
}

function lineOf(line: NonNullable<OrderBody['line_items']>[number]) {
  const { discount_allocations: allocations, tax_lines: taxes } = line;
  return {
    id: line.id,
    productId: line.product_id,
    variantId: line.variant_id,
    sku: line.sku,
    title: line.title,
    vendor: line.vendor,
    quantity: line.quantity ?? undefined,
    currentQuantity: line.current_quantity,
    fulfillableQuantity: line.fulfillable_quantity,
    price: line.price,
    totalDiscount: allocations?.length ? sumOf(allocations.map(({ amount }) => amount)) : line.total_discount,
    totalTax: taxes && (sumOf(taxes.map(({ price }) => price)) ?? '0.00'),
    requiresShipping: line.requires_shipping ?? undefined,
    giftCard: line.gift_card ?? undefined,
  };
}

/**
 * The amounts that a body has in both currencies: our names for the shop's and the buyer's amount, then the body's
 * names for the shop's amount and for the set of both.
 */
const AMOUNTS = [
  ['subtotalPrice', 'presentmentSubtotalPrice', 'subtotal_price', 'subtotal_price_set'],
  ['totalDiscounts', 'presentmentTotalDiscounts', 'total_discounts', 'total_discounts_set'],
  ['totalTax', 'presentmentTotalTax', 'total_tax', 'total_tax_set'],
  ['totalShipping', 'presentmentTotalShipping', null, 'total_shipping_price_set'],
  ['totalDuties', 'presentmentTotalDuties', null, 'original_total_duties_set'],
  ['currentTotalPrice', 'presentmentCurrentTotalPrice', 'current_total_price', 'current_total_price_set'],
] as const;

type Amounts = Partial<Record<(typeof AMOUNTS)[number][0 | 1], string | null | undefined>>;

function totalsOf(body: OrderBody) {
  const { total_price_set: set, currency } = body;
  return {
    ...amountsOf(body),
    presentmentCurrency: body.presentment_currency,
    ...buyersTotalOf(body),
    currency: set?.shop_money?.currency_code ?? currency,
    totalPrice: totalOf(body),
    totalTips: body.total_tip_received,
    totalOutstanding: body.total_outstanding,
  };
}

function amountsOf(body: OrderBody): Amounts {
  const amounts: Amounts = {};
  for (const [shops, buyers, plain, set] of AMOUNTS) {
    const none = body[set] === null ? null : undefined;
    amounts[shops] = body[set]?.shop_money?.amount ?? (plain ? body[plain] : none);
    amounts[buyers] = body[set]?.presentment_money?.amount ?? none;
  }
  return amounts;
}

function totalOf({ total_price: total, total_price_set: set }: OrderBody): string | null | undefined {
  return set?.shop_money?.amount ?? total;
}

/**
 * The total in the buyer's currency, and the shop total that it corresponds to, because a body may have a new total
 * without the amount in the buyer's currency.
 */
function buyersTotalOf(body: OrderBody) {
  const { total_price_set: set } = body;
  if (set === null || set?.presentment_money === null)
    return { presentmentTotalPrice: null, presentmentTotalOf: null };
  const { amount, currency_code: currency } = set?.presentment_money ?? {};
  if (amount === undefined || currency === undefined) return {};
  return {
    presentmentCurrency: currency,
    presentmentTotalPrice: amount,
    presentmentTotalOf: totalOf(body) ?? null,
  };
}
