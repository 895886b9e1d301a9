import { decimalText, sumOf } from './decimal.ts';
import type { Line } from './event.ts';
import type { Order } from './order.ts';
import { codeOf, PaymentTallies } from './payment-tallies.ts';

/** What is derived from an order's parts, for queries. It is stored with the order and never read back. */
export interface Totals {
  /** Refunded by successful transactions, in the shop's currency; null if they are all in another currency. */
  totalRefunded: string | null;
  /** Tax in the refunded lines. */
  totalRefundedTax: string | null;
}

export interface Quantities {
  shippedQuantity: number;
  refundedQuantity: number;
}

const NOTHING = '0.00';
const CENTS = 2;

export function totalsOf(order: Order): Totals {
  const { refunds } = order.parts;
  const taxes = refunds.flatMap(({ lines }) => lines.map(({ totalTax }) => totalTax));
  return { totalRefunded: refundedOf(order), totalRefundedTax: sumOf(taxes) ?? NOTHING };
}

/** A test order's transactions are all tests, so here they count. */
function refundedOf(order: Order): string | null {
  const { count, sums } = new PaymentTallies(order.facts.test === true).of(order).refund;
  const sum = sums.get(codeOf(order.facts.currency) ?? '');
  if (sum !== undefined) return decimalText(sum, CENTS);
  return count === 0 ? NOTHING : null;
}

export function withQuantities({ lines, parts }: Order): (Line & Quantities)[] {
  const shipped = parts.fulfillments.filter(({ status }) => status === 'success');
  const shippedBy = quantitiesBy(shipped.flatMap((each) => each.lines));
  const refundedBy = quantitiesBy(parts.refunds.flatMap((each) => each.lines));
  return lines.map((line) => ({
    ...line,
    shippedQuantity: shippedBy.get(line.id) ?? 0,
    refundedQuantity: refundedBy.get(line.id) ?? 0,
  }));
}

function quantitiesBy(
  items: readonly { lineId: string | null; quantity: number }[],
): ReadonlyMap<string | null, number> {
  const sums = new Map<string | null, number>();
  for (const { lineId, quantity } of items) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return sums;
}
