import { millisOf } from '../order/instants.ts';
import { orderKey, type OrderKey, type ShopDomain } from '../order/identity.ts';
import type { DriftKind } from '../system/states.ts';
import { shownFulfillmentStatus } from './order-body.ts';
import type { ListedOrder } from './read-answers.ts';

/** What is stored here of an order. An order without a row is unknown here. */
export interface Held {
  /** Time of its newest snapshot, ms since 1970; null: only parts of the order came. */
  at: number | null;
  /** Whether its newest snapshot came by reconciliation. */
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
 * An order that differs between Shopify and here.
 *   missing  no snapshot of it ever came
 *   stale    Shopify has a newer state
 *   differs  ours is of the same second, but has different facts
 *   stuck    it differs, and applying Shopify's answer would not change that; it is only reported
 */
export interface Drifted {
  order: OrderKey;
  orderId: string;
  what: Exclude<DriftKind, 'gone'>;
  updatedAt: number;
  heldAt: number | null;
  /** As in {@link Held}. */
  reconciled: boolean;
  /** Names of what differs. */
  facts: string[];
}

/** How far a clock may be ahead. A snapshot from further in the future cannot be right. */
const CLOCKS_DIFFER_MS = 300_000;

/**
 * Compares what Shopify lists with what is stored here. Times in bodies have a resolution of one second, so
 * within the same second the facts are compared. An order that is deleted here is not brought back, even if
 * it is still listed; if Shopify changed it after its deletion, it is reported as stuck.
 * @param now when the list was requested
 */
export function compare(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  held: ReadonlyMap<string, Held>,
  now: number,
): Drifted[] {
  return listed.flatMap((theirs) => {
    const order = orderKey(shop, theirs.id);
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
  // The order changed during the comparison, or its time is in the future.
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

/** Whether a fact differs, by its name. A fact that the list does not contain is not compared. */
const FACTS: Readonly<Record<string, (theirs: ListedOrder, ours: Held) => boolean>> = {
  'financial status': ({ displayFinancialStatus: shown }, { financialStatus }) =>
    (shown ?? null) !== null && shown !== financialStatus,
  'fulfillment status': ({ displayFulfillmentStatus: shown }, { fulfillmentStatus }) => {
    const shownStatus = shownFulfillmentStatus(shown ?? null);
    return shownStatus !== undefined && shippedWord(shownStatus) !== shippedWord(fulfillmentStatus);
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

/** `restocked` says what happened to the goods; nothing was shipped. */
function shippedWord(word: string | null): string | null {
  return word === 'restocked' ? null : word;
}

/** `10.00`, `10.0` and `10` are the same amount. */
function plain(amount: string | null): string | null {
  if (amount === null || !amount.includes('.')) return amount;
  return amount.replace(/\.?0+$/, '');
}
