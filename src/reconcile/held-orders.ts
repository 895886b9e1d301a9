import { millisOf } from '../order/instants.ts';
import { partsOf, type OrderKey, type ShopDomain } from '../order/identity.ts';
import type { OrderDocument } from '../persist/order-schema.ts';
import { Fault } from '../system/errors.ts';
import type { Asker } from './asker.ts';
import { KNOWN_ORDERS, type Access } from './queries.ts';
import { knownOrders, readAs } from './read-answers.ts';
import type { ReconcileTools } from './reconcile-tools.ts';

/**
 * The other direction: of orders that we hold as live, which does Shopify not know? They were deleted there and
 * nobody told us, or they never were: whoever has the app's secret, or one signed body, can make one.
 * A pass over a window asks for those that changed here lately and were not listed, for those that were unknown last
 * time, and for the next few hundred in turn; a pass over everything for all that were not listed.
 */
export interface HeldPage {
  orders: HeldOrder[];
  /** Where the next page begins; null: this is the last. */
  next: string | null;
}

export interface HeldOrder {
  key: OrderKey;
  at: number | null;
}

type Kept = Pick<ReconcileTools, 'collections' | 'now'>;

const PAGE = 500;
/** So many a pass, in turn: at four passes an hour a shop of 24,000 orders is through in a day. */
const IN_TURN = 250;
/** Events that are looked through for orders that changed here. */
const RECENT_EVENTS = 2000;
/** Shopify shows an app no orders that are older than 60 days, unless it may read all of them. */
const REACH_MS = 59 * 24 * 3_600_000;

/** All of a shop's, in pages. @param after the key that the page before ended with */
export async function allHeld(
  shop: ShopDomain,
  after: string | null,
  access: Access,
  kept: Kept,
): Promise<HeldPage> {
  const range = { $gt: after ?? `${shop}/`, $lt: `${shop}0` };
  const found = await kept.collections.orders
    .find({ _id: range }, SHOWN)
    .sort({ _id: 1 })
    .limit(PAGE)
    .lean<OurOrder[]>();
  const last = found.length < PAGE ? null : (found.at(-1)?._id ?? null);
  return { orders: judgeable(found, access, kept.now()), next: last };
}

/** Those of a window's pass, and where the turn of the next pass begins. @param since of the window */
export async function someHeld(shop: ShopDomain, since: Date, access: Access, kept: Kept): Promise<HeldPage> {
  const { orders, events, shops } = kept.collections;
  const known = await shops.findById(shop, { gone: 1, askedTo: 1 }).lean();
  const recent = await events
    .find({ shop, appliedAt: { $gte: since } }, { order: 1 })
    .sort({ appliedAt: -1 })
    .limit(RECENT_EVENTS)
    .lean();
  const range = { $gt: known?.askedTo ?? `${shop}/`, $lt: `${shop}0` };
  const inTurn = await orders.find({ _id: range }, SHOWN).sort({ _id: 1 }).limit(IN_TURN).lean<OurOrder[]>();
  const turned = new Set<string>(inTurn.map(({ _id }) => _id));
  const gone = (known?.gone ?? []).map((id) => `${shop}/${id}`);
  const named = [...new Set([...gone, ...recent.map(({ order }) => order)])].filter(
    (key) => !turned.has(key),
  );
  const others = await orders.find({ _id: { $in: named } }, SHOWN).lean<OurOrder[]>();
  return {
    orders: judgeable([...inTurn, ...others], access, kept.now()),
    next: inTurn.length < IN_TURN ? null : (inTurn.at(-1)?._id ?? null),
  };
}

const SHOWN = { 'snapshot.at': 1, 'ends.deletedAt': 1, 'facts.createdAt': 1 } as const;

interface OurOrder {
  _id: OrderKey;
  snapshot?: { at: number } | null;
  ends: { deletedAt?: number | null };
  facts: Pick<OrderDocument['facts'], 'createdAt'>;
}

/** Those that Shopify would show us if it knew them. */
function judgeable(orders: readonly OurOrder[], { allOrders }: Access, now: number): HeldOrder[] {
  return orders
    .filter(({ ends }) => (ends.deletedAt ?? null) === null)
    .filter(({ facts }) => allOrders || (millisOf(facts.createdAt) ?? 0) > now - REACH_MS)
    .map(({ _id, snapshot }) => ({ key: _id, at: snapshot?.at ?? null }));
}

/** How many ids one question holds. */
const IDS = 100;
/** So many unknown of one page, and more than half of it: then it is the answer that is doubted. */
const DOUBTED = 10;

export interface Unknown {
  orders: HeldOrder[];
  /** Shopify knows so few that they are told, and nothing is concluded. */
  doubted: boolean;
}

/**
 * Of these orders, those that Shopify does not know, asked twice. An answer that is not whole is none: it throws.
 * @throws Fault shopify_away, and what asking throws
 */
export async function unknownOf(asker: Asker, held: readonly HeldOrder[]): Promise<Unknown> {
  const first = await unknownOnce(asker, held);
  const orders = first.length === 0 ? [] : await unknownOnce(asker, first);
  return { orders, doubted: orders.length >= DOUBTED && orders.length > held.length / 2 };
}

async function unknownOnce(asker: Asker, held: readonly HeldOrder[]): Promise<HeldOrder[]> {
  const unknown: HeldOrder[] = [];
  for (let from = 0; from < held.length;) {
    const group = held.slice(from, from + asker.itemsOf('known orders', 1, IDS));
    const ids = group.map(({ key }) => partsOf(key).orderId);
    const found = await asker.ask({
      kind: 'known orders',
      document: KNOWN_ORDERS,
      variables: { ids: ids.map((id) => `gid://shopify/Order/${id}`) },
      items: group.length,
      estimate: 1,
      read: (data) => readKnown(data, ids),
    });
    unknown.push(...group.filter((_order, i) => found[i] === null));
    from += group.length;
  }
  return unknown;
}

/** Those that were asked for, in that order, and no others. */
function readKnown(data: unknown, ids: readonly (string | null)[]): (string | null)[] {
  const found = readAs(knownOrders, data, 'known orders');
  if (found.length === ids.length && found.every((id, i) => id === null || id === ids[i])) return found;
  throw new Fault('shopify_away', 'known orders: nodes: are not those that were asked for');
}
