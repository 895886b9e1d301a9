import type { OrderBody } from './body-schemas.ts';
import type { Cancellation, Money, OrderEvent, Snapshot } from './event.ts';
import { millisOf } from './instants.ts';
import { positionOf } from './position.ts';
import { fulfillment, refund, type PastOnly } from './read-parts.ts';

/**
 * Reads a whole order, and the fulfillments and refunds inside it. Fields that the body leaves out are undefined, and
 * change nothing.
 * @param cancels whether the topic says that the order was cancelled
 */
export function readOrder(
  { occurredAt, position }: Pick<OrderEvent, 'occurredAt' | 'position'>,
  body: OrderBody,
  cancels: boolean,
  past: PastOnly,
): Pick<OrderEvent, 'snapshot' | 'parts'> {
  // A fulfillment has its own updated_at. Without it, it is as new as the order around it, as a refund always is.
  // Within the same second, the newer snapshot counts, and the fulfillment's own event counts over any snapshot.
  const ofFulfillment = (updatedAt: string | null | undefined) => {
    const at = millisOf(past(updatedAt));
    return at === null ? position : positionOf(at, 0, 0, position);
  };
  return {
    snapshot: {
      facts: factsOf(body, past),
      cancelled: cancellationOf(body, cancels, occurredAt, past),
      customer: body.customer,
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

function factsOf(body: OrderBody, past: PastOnly): Snapshot['facts'] {
  return {
    name: body.name,
    financialStatus: body.financial_status,
    fulfillmentStatus: body.fulfillment_status,
    ...totalsOf(body),
    createdAt: past(body.created_at),
    closedAt: body.closed_at,
    lines: body.line_items?.map((line) => ({
      id: line.id,
      sku: line.sku,
      title: line.title,
      quantity: line.quantity ?? undefined,
      currentQuantity: line.current_quantity,
      fulfillableQuantity: line.fulfillable_quantity,
      price: line.price,
      requiresShipping: line.requires_shipping ?? undefined,
    })),
  };
}

/**
 * The total in the shop's currency and in the buyer's. The latter records which shop total it corresponds to (`of`),
 * because a body may have a new total without the amount in the buyer's currency.
 */
function totalsOf({ currency, total_price: total, total_price_set: set }: OrderBody) {
  const { shop_money: shop, presentment_money: buyer } = set ?? {};
  const totalPrice = shop?.amount ?? total;
  return {
    currency: shop?.currency_code ?? currency,
    totalPrice,
    presentmentTotal: set === null || buyer === null ? null : moneyOf(buyer, totalPrice),
  };
}

function moneyOf(
  money: { amount?: string | null | undefined; currency_code?: string | null | undefined } | undefined,
  of: string | null | undefined,
): (Money & { of: string | null }) | undefined {
  const { amount, currency_code: currency } = money ?? {};
  return amount === undefined || currency === undefined ? undefined : { amount, currency, of: of ?? null };
}
