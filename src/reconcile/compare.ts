import { millisOf } from '../order/instants.ts';
import { orderKey, type OrderId, type OrderKey, type ShopDomain } from '../order/identity.ts';
import { shownFulfillmentStatus } from './order-body.ts';
import type { ListedOrder } from './read-answers.ts';

/** What we hold of an order; no row: nothing. */
export interface Held {
  /** When its newest snapshot was, ms since 1970; null where only parts of it came. */
  at: number | null;
  /** Whether reconciliation told it. */
  reconciled: boolean;
  deletedAt: number | null;
  cancelled: boolean;
  closedAt: string | null;
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  currency: string | null;
  totalPrice: string | null;
  transactions: number;
  fulfillments: number;
  refunds: ReadonlySet<string>;
  /** Id -> status. */
  disputes: ReadonlyMap<string, string | null>;
  returns: ReadonlyMap<string, string | null>;
}

/**
 * An order of which Shopify tells other than we hold.
 *   missing  no whole order of it ever came
 *   stale    a newer one did not come
 *   differs  ours is of the same second, and its facts are others
 *   stuck    it differs, and no event of Shopify's answer would change that: only told
 */
export interface Drifted {
  order: OrderKey;
  orderId: string;
  what: 'missing' | 'stale' | 'differs' | 'stuck';
  updatedAt: number;
  heldAt: number | null;
  /** Whether our newest snapshot came by reconciliation. */
  reconciled: boolean;
  /** Names of what differs. */
  facts: string[];
}

/** A clock may be ahead by that; a state from later than now is nobody's. */
const CLOCKS_DIFFER_MS = 300_000;

/**
 * What Shopify lists against what we hold. Bodies resolve a second and no more, so at the same second facts are
 * compared. What we know to be deleted is not brought back, whatever a list still has; if it changed at Shopify
 * after its deletion, that is told.
 * @param now when the list was asked for
 */
export function compare(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  held: ReadonlyMap<string, Held>,
  now: number,
): Drifted[] {
  return listed.flatMap((theirs) => {
    const order = orderKey(shop, theirs.id as OrderId);
    const ours = held.get(order);
    const drift = ours ? driftOf(theirs, ours, now) : NEVER_CAME;
    if (!drift) return [];
    const { id: orderId, updatedAt } = theirs;
    const { at: heldAt = null, reconciled = false } = ours ?? {};
    return [{ order, orderId, updatedAt, heldAt, reconciled, ...drift }];
  });
}

type Drift = Pick<Drifted, 'what' | 'facts'>;
const NEVER_CAME: Drift = { what: 'missing', facts: [] };

function driftOf(theirs: ListedOrder, ours: Held, now: number): Drift | null {
  const { at, deletedAt } = ours;
  if (deletedAt !== null) return theirs.updatedAt > deletedAt ? stuckBy('deleted') : null;
  if (at === null) return NEVER_CAME;
  if (at < theirs.updatedAt) return { what: 'stale', facts: [] };
  // It changed while we looked, or it is of a time that is still to come.
  if (at > theirs.updatedAt) return at > now + CLOCKS_DIFFER_MS ? stuckBy('updated at') : null;
  const facts = differingFacts(theirs, ours);
  return facts.length === 0 ? null : { what: 'differs', facts };
}

function stuckBy(fact: string): Drift {
  return { what: 'stuck', facts: [fact] };
}

function differingFacts(theirs: ListedOrder, ours: Held): string[] {
  return Object.entries(FACTS)
    .filter(([, differs]) => differs(theirs, ours))
    .map(([name]) => name);
}

/** Whether a fact differs, by its name. What the list does not tell differs from nothing. */
const FACTS: Readonly<Record<string, (theirs: ListedOrder, ours: Held) => boolean>> = {
  'financial status': ({ displayFinancialStatus: shown }, { financialStatus }) =>
    (shown ?? null) !== null && shown !== financialStatus,
  'fulfillment status': ({ displayFulfillmentStatus: shown }, { fulfillmentStatus }) => {
    const told = shownFulfillmentStatus(shown ?? null);
    return told !== undefined && shippedWord(told) !== shippedWord(fulfillmentStatus);
  },
  currency: ({ currencyCode }, { currency }) => currencyCode !== undefined && currencyCode !== currency,
  'total price': ({ totalPriceSet }, { totalPrice }) =>
    totalPriceSet !== undefined && plain(totalPriceSet) !== plain(totalPrice),
  'closed at': ({ closedAt }, ours) =>
    closedAt !== undefined && millisOf(closedAt) !== millisOf(ours.closedAt),
  cancelled: ({ cancelledAt }, { cancelled }) =>
    cancelledAt !== undefined && (cancelledAt !== null) !== cancelled,
  transactions: ({ transactionsCount }, { transactions }) =>
    transactionsCount !== undefined && transactionsCount !== transactions,
  fulfillments: ({ fulfillmentsCount }, { fulfillments }) =>
    fulfillmentsCount !== undefined && fulfillmentsCount !== fulfillments,
  refunds: ({ refunds = [] }, ours) => refunds.some((id) => !ours.refunds.has(id)),
  disputes: ({ disputes = [] }, ours) => disputes.some(({ id, status }) => ours.disputes.get(id) !== status),
  returns: ({ returns = [] }, ours) => returns.some(({ id, status }) => ours.returns.get(id) !== status),
};

/** Restocked tells what became of the goods: nothing was shipped. */
function shippedWord(word: string | null): string | null {
  return word === 'restocked' ? null : word;
}

/** `10.00`, `10.0` and `10` are one amount. */
function plain(amount: string | null): string | null {
  if (amount === null || !amount.includes('.')) return amount;
  return amount.replace(/\.?0+$/, '');
}
