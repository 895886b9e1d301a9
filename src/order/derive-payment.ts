import { decimalOf } from './decimal.ts';
import type { Money } from './event.ts';
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
    const isUnknown = isUnknownTo(told, kind) || (told === PART_OF[kind] && covers(order, tallies[kind]));
    const happenedSince = isUnknown ? isNotBefore : isAfter;
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

/** A body that says that a part was moved, where all of it was, does not know of the last of it. */
const PART_OF: Readonly<Record<Kind, Payment | null>> = {
  authorization: null,
  payment: 'partially_paid',
  refund: 'partially_refunded',
};

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

type Tallies = Record<Kind, Tally>;

function talliesOf(order: Order): Tallies {
  const transactions = transactionsOf(order);
  const { tallies, captures } = addUp(transactions);
  if (captures.length === 0) return tallies;
  const { sums, ...rest } = tallies.payment;
  const payment = { ...rest, sums: new Map(sums) };
  const payments = new Set(
    transactions.filter((each) => moveOf(each)?.kind === 'payment').map(({ id }) => id),
  );
  // A capture of what was taken already is the same money.
  for (const capture of captures) if (!payments.has(capture.parentId)) count(payment, capture);
  return { ...tallies, payment };
}

/** Transactions that were added up; captures are counted once all are known. */
interface Added {
  transactions: readonly Known[];
  tallies: Tallies;
  captures: Move[];
}

/** The last that was added up: the next event of a page mostly brings one transaction more. */
let last: Added = nothingAdded();

function nothingAdded(): Added {
  const empty = (): Tally => ({ count: 0, newest: null, sums: new Map() });
  return {
    transactions: [],
    tallies: { authorization: empty(), payment: empty(), refund: empty() },
    captures: [],
  };
}

function addUp(transactions: readonly Known[]): Added {
  const news = newIn(transactions, last.transactions);
  const added = news ? last : nothingAdded();
  for (const transaction of news ?? transactions) {
    const move = moveOf(transaction);
    if (move?.kind === 'payment' && move.parentId !== null) added.captures.push(move);
    else if (move) count(added.tallies[move.kind], move);
  }
  last = { ...added, transactions };
  return last;
}

/** What a list has beside all of an earlier one, in whose order it is; null where it has not all of that. */
function newIn(list: readonly Known[], earlier: readonly Known[]): Known[] | null {
  let found = 0;
  const news: Known[] = [];
  for (const each of list)
    if (each === earlier[found]) found += 1;
    else news.push(each);
  return found === earlier.length ? news : null;
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

/** Null where it moved nothing: it failed, was a test, or is of no kind that does. */
function moveOf({ kind, status, test, amount, currency, parentId, processedAt }: Known): Move | null {
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
function covers(order: Order, { sums }: Tally): boolean {
  const { totalPrice, currency } = order.facts;
  return [{ amount: totalPrice, currency }, buyersTotal(order)].some((total) => {
    const amount = decimalOf(total?.amount);
    const sum = sums.get(codeOf(total?.currency) ?? '') ?? 0n;
    return amount !== null && sum > 0n && sum >= amount;
  });
}

/** The total in the buyer's currency, unless a newer body told another total and not what that is in it. */
function buyersTotal(order: Order): Money | null {
  const { presentmentTotal: total, totalPrice } = order.facts;
  const base = order.snapshot?.position ?? START;
  const isNewest = toldAt(order, 'presentmentTotal', base) >= toldAt(order, 'totalPrice', base);
  if (total === null || isNewest) return total;
  const of = decimalOf(total.of);
  return of !== null && of === decimalOf(totalPrice) ? total : null;
}

function codeOf(currency: unknown): string | null {
  return typeof currency === 'string' && currency !== '' ? currency.toUpperCase() : null;
}
