import { decimalOf } from './decimal.ts';
import { toldAt, type Known } from './known.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore } from './own-clock.ts';
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
  const moves = movesOf(order);
  const isNews = (kind: Move['kind']) => {
    const happenedSince = isUnknownTo(told, kind) ? isNotBefore : isAfter;
    return moves.some((move) => move.kind === kind && happenedSince(move.happenedAt, since));
  };
  const implied = [
    isNews('authorization') ? ('pending' as const) : told,
    isNews('payment') ? (covers(order, moves, 'payment') ? 'paid' : 'partially_paid') : told,
  ].reduce((a, b) => laterOf(PAYMENTS, a, b), told);
  return isNews('refund') ? afterRefund(order, moves, implied) : implied;
}

/** The first word that Shopify has for an order in which there was such a move. */
const FIRST_WORD = {
  authorization: 'pending',
  payment: 'partially_paid',
  refund: 'partially_refunded',
} as const;

/** Whether a body with that word knew of no such move. */
function isUnknownTo(told: Payment, kind: Move['kind']): boolean {
  return told !== 'voided' && PAYMENTS.indexOf(told) < PAYMENTS.indexOf(FIRST_WORD[kind]);
}

/** A refund of all proves that all was paid; one of a part that a part was. */
function afterRefund(order: Order, moves: readonly Move[], payment: Payment): Payment {
  if (covers(order, moves, 'refund')) return 'refunded';
  return payment === 'paid' ? 'partially_refunded' : laterOf(PAYMENTS, payment, 'partially_paid');
}

/** Money that was moved, or set aside to be moved. */
interface Move {
  id: string;
  kind: 'authorization' | 'payment' | 'refund';
  amount: bigint;
  currency: string | null;
  parentId: string | null;
  happenedAt: unknown;
}

const KINDS: Readonly<Record<string, Move['kind']>> = {
  authorization: 'authorization',
  sale: 'payment',
  capture: 'payment',
  refund: 'refund',
};

/** What succeeded. */
function movesOf(order: Order): Move[] {
  const moves = transactionsOf(order).flatMap((transaction) => moveOf(transaction) ?? []);
  if (!moves.some(({ kind, parentId }) => kind === 'payment' && parentId !== null)) return moves;
  const payments = new Set(moves.filter(({ kind }) => kind === 'payment').map(({ id }) => id));
  // A capture of what was taken already is the same money.
  return moves.filter(({ kind, parentId }) => kind !== 'payment' || !payments.has(parentId ?? ''));
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

/** Parts are never changed in place, so what was read of one holds. */
const READ = new WeakMap<Known, Move | null>();

function moveOf(transaction: Known): Move | null {
  const read = READ.get(transaction);
  if (read !== undefined) return read;
  const move = readMove(transaction);
  READ.set(transaction, move);
  return move;
}

function readMove({ id, kind, status, test, amount, currency, parentId, processedAt }: Known): Move | null {
  const meaning = meaningOf(kind, KINDS);
  const value = decimalOf(amount) ?? 0n;
  if (status !== 'success' || test === true || meaning === undefined || value < 0n) return null;
  return {
    id: String(id),
    kind: meaning,
    amount: value,
    currency: codeOf(currency),
    parentId: typeof parentId === 'string' ? parentId : null,
    happenedAt: processedAt,
  };
}

/** Whether what was moved is the order's total, in the shop's currency or in the buyer's. */
function covers({ facts }: Order, moves: readonly Move[], kind: Move['kind']): boolean {
  const sums = new Map<string | null, bigint>();
  for (const move of moves)
    if (move.kind === kind) sums.set(move.currency, (sums.get(move.currency) ?? 0n) + move.amount);
  const totals = [{ amount: facts.totalPrice, currency: facts.currency }, facts.presentmentTotal];
  return totals.some((total) => {
    const [amount, currency] = [decimalOf(total?.amount), codeOf(total?.currency)];
    const sum = sums.get(currency) ?? 0n;
    return currency !== null && amount !== null && sum > 0n && sum >= amount;
  });
}

function codeOf(currency: unknown): string | null {
  return typeof currency === 'string' && currency !== '' ? currency.toUpperCase() : null;
}
