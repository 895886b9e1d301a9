import { decimalOf } from './decimal.ts';
import { toldAt, type Known } from './known.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore, secondOfTime } from './own-clock.ts';
import { START, type Position } from './position.ts';
import { laterOf, meaningOf, PAYMENT_BY_FINANCIAL_STATUS, PAYMENTS, type Payment } from './status.ts';

/**
 * How far payment is. What the newest body told is the truth; what happened after it, by its own clock, may only
 * move payment on (P5), and no further than it proves: amounts are compared in one currency, and one that is in
 * another than a total is proves no part of it.
 */
export function paymentOf(order: Order): Payment {
  const since = order.snapshot ? toldAt(order, 'financialStatus', order.snapshot.position) : START;
  const told =
    since === START
      ? 'unknown'
      : (meaningOf(order.facts.financialStatus, PAYMENT_BY_FINANCIAL_STATUS) ?? 'pending');
  const tallies = talliesOf(order);
  const isNews = (kind: Kind) => {
    const happenedSince = isUnknownTo(told, kind) ? isNotBefore : isAfter;
    return tallies[kind].count > 0 && happenedSince(tallies[kind].newest, since);
  };
  const authorized = isNews('authorization') ? laterOf(PAYMENTS, told, 'pending') : told;
  const paid = covers(order, tallies.payment) ? 'paid' : 'partially_paid';
  const payment = isNews('payment') ? laterOf(PAYMENTS, authorized, paid) : authorized;
  if (!isNews('refund')) return payment;
  // A refund of all proves that all was paid; one of a part that a part was.
  if (covers(order, tallies.refund)) return 'refunded';
  return payment === 'paid' ? 'partially_refunded' : laterOf(PAYMENTS, payment, 'partially_paid');
}

/** The first word that Shopify has for an order with a move of money of that kind. */
const FIRST_WORD = {
  authorization: 'pending',
  payment: 'partially_paid',
  refund: 'partially_refunded',
} as const;
type Kind = keyof typeof FIRST_WORD;

/** Whether a body with that word knew of no such move. */
function isUnknownTo(told: Payment, kind: Kind): boolean {
  return told !== 'voided' && PAYMENTS.indexOf(told) < PAYMENTS.indexOf(FIRST_WORD[kind]);
}

const KINDS: Readonly<Record<string, Kind>> = {
  authorization: 'authorization',
  sale: 'payment',
  capture: 'payment',
  refund: 'refund',
};

/** All moves of one kind that succeeded. */
interface Tally {
  count: number;
  /** Second of the newest by its own clock. */
  newest: number | null;
  sums: Map<string, bigint>;
}

function talliesOf(order: Order): Record<Kind, Tally> {
  const empty = (): Tally => ({ count: 0, newest: null, sums: new Map() });
  const tallies = { authorization: empty(), payment: empty(), refund: empty() };
  const transactions = transactionsOf(order);
  const captures: Move[] = [];
  for (const transaction of transactions) {
    const move = moveOf(transaction);
    if (!move) continue;
    if (move.kind === 'payment' && move.parentId !== null) captures.push(move);
    else count(tallies[move.kind], move);
  }
  if (captures.length === 0) return tallies;
  const payments = new Set(
    transactions.filter((each) => moveOf(each)?.kind === 'payment').map(({ id }) => id),
  );
  // A capture of what was taken already is the same money.
  for (const capture of captures) if (!payments.has(capture.parentId)) count(tallies.payment, capture);
  return tallies;
}

function count(tally: Tally, { amount, currency, second }: Move): void {
  tally.count += 1;
  if (second !== null && second > (tally.newest ?? -1)) tally.newest = second;
  if (currency !== null) tally.sums.set(currency, (tally.sums.get(currency) ?? 0n) + amount);
}

/** Each transaction once, also where it is known by itself and inside its refund. */
function transactionsOf({ parts }: Order): Known[] {
  const inRefunds = new Map<unknown, { position: Position; transaction: Known }>();
  for (const refund of parts.refunds)
    for (const transaction of (refund.transactions ?? []) as Known[]) {
      const position = toldAt(refund, 'transactions', refund.position);
      inRefunds.set(transaction.id, { position, transaction });
    }
  if (inRefunds.size === 0) return parts.transactions;
  const own = parts.transactions.map((part) => {
    const twin = inRefunds.get(part.id);
    inRefunds.delete(part.id);
    if (!twin) return part;
    return twin.position > part.position ? over(part, twin.transaction) : over(twin.transaction, part);
  });
  return [...own, ...[...inRefunds.values()].map(({ transaction }) => transaction)];
}

/** A newer telling over an older one, which may know more. */
function over(older: Known, newer: Known): Known {
  return { ...older, ...Object.fromEntries(Object.entries(newer).filter(([, value]) => value !== null)) };
}

/** Money that was moved, or set aside to be moved. */
interface Move {
  kind: Kind;
  amount: bigint;
  currency: string | null;
  parentId: string | null;
  second: number | null;
}

/** Parts are never changed in place, so what was read of one holds. */
const READ = new WeakMap<Known, Move | null>();

function moveOf(transaction: Known): Move | null {
  const read = READ.get(transaction);
  if (read !== undefined) return read;
  const move = readMove(transaction);
  READ.set(transaction, move);
  return move;
}

/** Null where it moved nothing: it failed, was a test, or is of no kind that does. */
function readMove({ kind, status, test, amount, currency, parentId, processedAt }: Known): Move | null {
  const meaning = meaningOf(kind, KINDS);
  const value = decimalOf(amount) ?? 0n;
  if (status !== 'success' || test === true || meaning === undefined || value < 0n) return null;
  return {
    kind: meaning,
    amount: value,
    currency: codeOf(currency),
    parentId: typeof parentId === 'string' ? parentId : null,
    second: secondOfTime(processedAt),
  };
}

/** Whether what was moved is the order's total, in the shop's currency or in the buyer's. */
function covers({ facts }: Order, { sums }: Tally): boolean {
  const totals = [{ amount: facts.totalPrice, currency: facts.currency }, facts.presentmentTotal];
  return totals.some((total) => {
    const amount = decimalOf(total?.amount);
    const sum = sums.get(codeOf(total?.currency) ?? '') ?? 0n;
    return amount !== null && sum > 0n && sum >= amount;
  });
}

function codeOf(currency: unknown): string | null {
  return typeof currency === 'string' && currency !== '' ? currency.toUpperCase() : null;
}
