import { decimalOf } from './decimal.ts';
import { positionOfField } from './known.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore } from './own-clock.ts';
import { codeOf, type TransactionKind, type Tallies, type Tally } from './payment-tallies.ts';
import { START } from './position.ts';
import { laterOf, meaningOf, PAYMENT_BY_FINANCIAL_STATUS, PAYMENTS, type Payment } from './status.ts';

/**
 * How far payment is. The newest body's financial status counts. Transactions that happened after that body, by their
 * own clock, can only advance it (P5), and only as far as they prove. An amount counts towards a total only in the
 * total's currency.
 */
export function paymentOf(order: Order, tallies: Tallies): Payment {
  const since = order.snapshot ? positionOfField(order, 'financialStatus', order.snapshot.position) : START;
  const stated =
    since === START
      ? 'unknown'
      : (meaningOf(order.facts.financialStatus, PAYMENT_BY_FINANCIAL_STATUS) ?? 'pending');
  const isNews = (kind: TransactionKind) => {
    const isUnknown = isUnknownTo(stated, kind) || (stated === PART_OF[kind] && covers(order, tallies[kind]));
    const happenedSince = isUnknown ? isNotBefore : isAfter;
    return tallies[kind].count > 0 && happenedSince(tallies[kind].newest, since);
  };
  const authorized = isNews('authorization') ? laterOf(PAYMENTS, stated, 'pending') : stated;
  const paid = covers(order, tallies.payment) ? 'paid' : 'partially_paid';
  const payment = isNews('payment') ? laterOf(PAYMENTS, authorized, paid) : authorized;
  if (!isNews('refund')) return payment;
  // A full refund proves full payment; a partial refund proves a partial one.
  if (covers(order, tallies.refund)) return 'refunded';
  return payment === 'paid' ? 'partially_refunded' : laterOf(PAYMENTS, payment, 'partially_paid');
}

/** Shopify's lowest status for an order with such a transaction. */
const FIRST_WORD = {
  authorization: 'pending',
  payment: 'partially_paid',
  refund: 'partially_refunded',
} as const satisfies Record<TransactionKind, Payment>;

/** If the transactions add up to the whole total, a body with this status did not yet know the last one. */
const PART_OF: Readonly<Record<TransactionKind, Payment | null>> = {
  authorization: null,
  payment: 'partially_paid',
  refund: 'partially_refunded',
};

/** Whether a body with that status knew no such transaction. */
function isUnknownTo(stated: Payment, kind: TransactionKind): boolean {
  return stated !== 'voided' && PAYMENTS.indexOf(stated) < PAYMENTS.indexOf(FIRST_WORD[kind]);
}

interface Money {
  amount: string | null;
  currency: string | null;
}

/** Whether the transactions add up to the order's total, in the shop's currency or in the buyer's. */
function covers(order: Order, { sums }: Tally): boolean {
  const { totalPrice, currency } = order.facts;
  return [{ amount: totalPrice, currency }, buyersTotal(order)].some((total) => {
    const amount = decimalOf(total?.amount);
    const sum = sums.get(codeOf(total?.currency) ?? '') ?? 0n;
    return amount !== null && sum > 0n && sum >= amount;
  });
}

/** The total in the buyer's currency; null if a newer body changed the total without giving it in that currency. */
function buyersTotal(order: Order): Money | null {
  const { presentmentTotalPrice: amount, presentmentTotalOf, presentmentCurrency, totalPrice } = order.facts;
  const total = amount === null ? null : { amount, currency: presentmentCurrency };
  const base = order.snapshot?.position ?? START;
  const isNewest =
    positionOfField(order, 'presentmentTotalPrice', base) >= positionOfField(order, 'totalPrice', base);
  if (total === null || isNewest) return total;
  const of = decimalOf(presentmentTotalOf);
  return of !== null && of === decimalOf(totalPrice) ? total : null;
}
