import { decimalOf } from './decimal.ts';
import { positionOfField } from './known.ts';
import type { Order } from './order.ts';
import { secondOfTime } from './own-clock.ts';
import type { PartOf } from './part.ts';
import type { Position } from './position.ts';
import { meaningOf } from './status.ts';

type Transaction = PartOf<'refunds'>['transactions'][number];

/** Ways in which a transaction moves money, or reserves it. */
const KINDS = {
  authorization: 'authorization',
  sale: 'payment',
  capture: 'payment',
  refund: 'refund',
} as const;
export type TransactionKind = (typeof KINDS)[keyof typeof KINDS];

/** All successful moves of one kind. */
export interface Tally {
  count: number;
  /** Second of the newest move, by its own clock. */
  newest: number | null;
  /** By currency. */
  sums: Map<string, bigint>;
}

export type Tallies = Record<TransactionKind, Tally>;

/** Transactions added up so far. Captures are counted last: whether one counts depends on all other payments. */
interface Added {
  transactions: readonly Transaction[];
  tallies: Tallies;
  payments: Set<string | null>;
  captures: PaymentMove[];
}

/**
 * Adds up an order's transactions after each of its events. Only new transactions are read. Otherwise each payment of
 * a page would read all known transactions again.
 */
export class PaymentTallies {
  readonly #withTests: boolean;
  #added = nothingAdded();

  /** @param withTests whether test transactions count, too */
  constructor(withTests = false) {
    this.#withTests = withTests;
  }

  of(order: Order): Tallies {
    const { tallies, payments, captures } = this.#add(transactionsOf(order));
    const payment = { ...tallies.payment, sums: new Map(tallies.payment.sums) };
    // A capture of a payment is the same money.
    for (const capture of captures) if (!payments.has(capture.parentId)) count(payment, capture);
    return { ...tallies, payment };
  }

  #add(transactions: readonly Transaction[]): Added {
    const news = newIn(transactions, this.#added.transactions);
    const added = news ? this.#added : nothingAdded();
    for (const transaction of news ?? transactions) {
      const move = moveOf(transaction, this.#withTests);
      if (move?.kind === 'payment') added.payments.add(transaction.id);
      if (move?.kind === 'payment' && move.parentId !== null) added.captures.push(move);
      else if (move) count(added.tallies[move.kind], move);
    }
    this.#added = { ...added, transactions };
    return this.#added;
  }
}

function nothingAdded(): Added {
  const empty = (): Tally => ({ count: 0, newest: null, sums: new Map() });
  const tallies = { authorization: empty(), payment: empty(), refund: empty() };
  return { transactions: [], tallies, payments: new Set(), captures: [] };
}

/** The items that a list has in addition to an earlier one; null if the earlier one is not a subsequence of it. */
function newIn(list: readonly Transaction[], earlier: readonly Transaction[]): Transaction[] | null {
  let found = 0;
  const news: Transaction[] = [];
  for (const each of list)
    if (each === earlier[found]) found += 1;
    else news.push(each);
  return found === earlier.length ? news : null;
}

function count(tally: Tally, { amount, currency, second }: PaymentMove): void {
  tally.count += 1;
  if (second !== null && second > (tally.newest ?? -1)) tally.newest = second;
  if (currency !== null) tally.sums.set(currency, (tally.sums.get(currency) ?? 0n) + amount);
}

/** Each transaction once, even if it also appears inside a refund. */
function transactionsOf({ parts }: Order): Transaction[] {
  const inRefunds = new Map<string | null, { position: Position; transaction: Transaction }>();
  for (const refund of parts.refunds)
    for (const transaction of refund.transactions) {
      const position = positionOfField(refund, 'transactions', refund.position);
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

/** Merges two versions of a transaction. The older one may have fields that the newer one lacks. */
function over(older: Transaction, newer: Transaction): Transaction {
  return { ...older, ...Object.fromEntries(Object.entries(newer).filter(([, value]) => value !== null)) };
}

interface PaymentMove {
  kind: TransactionKind;
  amount: bigint;
  currency: string | null;
  parentId: string | null;
  second: number | null;
}

/** Null if it moved no money: it failed, was a test, or is of another kind. */
function moveOf(
  { kind, status, test, amount, currency, parentId, processedAt }: Transaction,
  withTests: boolean,
): PaymentMove | null {
  const meaning = meaningOf<TransactionKind>(kind, KINDS);
  const value = decimalOf(amount) ?? 0n;
  if (status !== 'success' || (test && !withTests) || meaning === undefined || value < 0n) return null;
  return {
    kind: meaning,
    amount: value,
    currency: codeOf(currency),
    parentId,
    second: secondOfTime(processedAt),
  };
}

export function codeOf(currency: string | null | undefined): string | null {
  return typeof currency === 'string' && currency !== '' ? currency.toUpperCase() : null;
}
