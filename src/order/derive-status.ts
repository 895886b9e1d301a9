import type { Part } from './event.ts';
import type { Order } from './order.ts';
import {
  PAYMENT_BY_FINANCIAL_STATUS,
  PAYMENTS,
  SHIPPING_BY_FULFILLMENT_STATUS,
  SHIPPINGS,
  STATUS_BY_FACTS,
  type Payment,
  type Shipping,
  type Status,
} from './status.ts';

/**
 * The status that an order's facts amount to. The newest snapshot is the truth; parts that are newer
 * than it may only move payment and shipping on (P5: never back by an older telling).
 */
export function deriveStatus(order: Order): Status {
  if (order.ends.cancelled || order.ends.deletedAt !== null) return 'cancelled';
  return STATUS_BY_FACTS[paymentOf(order)][shippingOf(order)];
}

function paymentOf(order: Order): Payment {
  const told = order.snapshot
    ? (meaningOf(order.facts.financialStatus, PAYMENT_BY_FINANCIAL_STATUS) ?? 'pending')
    : 'unknown';
  return later(PAYMENTS, told, impliedPayment(order));
}

/** What successful transactions newer than the snapshot amount to. */
function impliedPayment(order: Order): Payment {
  const successful = newer(order, order.parts.transactions).filter((part) => part.status === 'success');
  const total = hundredths(order.facts.totalPrice);
  const refunded = sumOf(successful, ['refund']);
  if (refunded > 0) return total !== null && refunded >= total ? 'refunded' : 'partially_refunded';
  const paid = sumOf(successful, ['sale', 'capture']);
  if (paid > 0) return total !== null && paid >= total ? 'paid' : 'partially_paid';
  return successful.some((part) => part.kind === 'authorization') ? 'pending' : 'unknown';
}

function shippingOf(order: Order): Shipping {
  const told = meaningOf(order.facts.fulfillmentStatus, SHIPPING_BY_FULFILLMENT_STATUS) ?? 'none';
  const shipping = later(SHIPPINGS, told, impliedShipping(order));
  return shipping === 'shipped' && (order.facts.closedAt !== null || allDelivered(order)) ? 'done' : shipping;
}

/** What fulfillments newer than the snapshot add: all lines covered, or some. */
function impliedShipping(order: Order): Shipping {
  const successful = order.parts.fulfillments.filter((part) => part.status === 'success');
  if (newer(order, successful).length === 0) return 'none';
  const toShip = order.lines.filter((line) => line.requiresShipping && line.currentQuantity > 0);
  const covered = toShip.every((line) => shippedQuantity(successful, line.id) >= line.currentQuantity);
  return toShip.length > 0 && covered ? 'shipped' : 'partial';
}

function shippedQuantity(fulfillments: Part[], lineId: string): number {
  return fulfillments
    .flatMap((part) => part.lines as { lineId: string | null; quantity: number }[])
    .filter((line) => line.lineId === lineId)
    .reduce((sum, line) => sum + line.quantity, 0);
}

function allDelivered(order: Order): boolean {
  const successful = order.parts.fulfillments.filter((part) => part.status === 'success');
  return successful.length > 0 && successful.every((part) => isDelivered(order, part));
}

function isDelivered(order: Order, fulfillment: Part): boolean {
  return (
    fulfillment.shipmentStatus === 'delivered' ||
    order.parts.fulfillmentEvents.some(
      (event) =>
        event.fulfillmentId === fulfillment.id && event.status === 'delivered' && event.removed !== true,
    )
  );
}

function newer(order: Order, parts: Part[]): Part[] {
  const since = order.snapshot?.position ?? '';
  return parts.filter((part) => part.position > since);
}

/** What one of Shopify's words means; a word like `constructor` is no row of a table. */
function meaningOf<Stage>(word: string | null, table: Readonly<Record<string, Stage>>): Stage | undefined {
  return word !== null && Object.hasOwn(table, word) ? table[word] : undefined;
}

function later<Stage>(stages: readonly Stage[], a: Stage, b: Stage): Stage {
  return stages.indexOf(a) >= stages.indexOf(b) ? a : b;
}

/** Hundredths of the smallest digit we compare at; enough to tell paid from partly paid in any currency. */
function hundredths(amount: unknown): number | null {
  const value = typeof amount === 'string' ? Math.round(Number(amount) * 100) : NaN;
  return Number.isFinite(value) ? value : null;
}

function sumOf(parts: Part[], kinds: string[]): number {
  return parts
    .filter((part) => kinds.includes(String(part.kind)))
    .reduce((sum, part) => sum + (hundredths(part.amount) ?? 0), 0);
}
