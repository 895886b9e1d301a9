import { partsOf, trustedOrderKey, type OrderKey, type ShopDomain } from '../order/identity.ts';
import { fromDocument } from '../persist/order-document.ts';
import type { OrderDocument } from '../persist/order-fields.ts';
import { Fault } from '../system/errors.ts';
import type { ThrottledApi } from './throttled-api.ts';
import { KNOWN_ORDERS, type Access } from './queries.ts';
import { knownOrders, readAs } from './read-answers.ts';
import type { ReconcileTools } from './reconcile-tools.ts';

/**
 * The other direction: which orders that are live here does Shopify not know? Either they were deleted there
 * and no webhook said so, or they never existed: anyone with the app's secret, or with one signed body, can
 * create an order. A pass over a window asks for orders that changed here recently and were not listed, for
 * those that were unknown last time, and for the next few hundred in turn. A pass over everything asks for
 * all orders that were not listed.
 */
export interface HeldPage {
  orders: HeldOrder[];
  /** Where the next page starts; null: this is the last one. */
  next: string | null;
}

export interface HeldOrder {
  key: OrderKey;
  at: number | null;
}

type Kept = Pick<ReconcileTools, 'collections' | 'now'>;

const PAGE = 500;
/** Orders per pass, in turn: at four passes an hour, 24,000 orders take a day. */
const IN_TURN = 250;
/** How many of the newest events are searched for orders that changed here. */
const RECENT_EVENTS = 2000;
/** Shopify shows an app no orders older than 60 days, unless it has the scope to read all orders. */
export const REACH_MS = 59 * 24 * 3_600_000;

/** A page of all orders of a shop. @param after the last key of the previous page */
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
    .lean<OrderRow[]>();
  const last = found.length < PAGE ? null : (found.at(-1)?._id ?? null);
  return { orders: judgeable(found, access, kept.now()), next: last };
}

/**
 * The orders for a pass over a window, and where the next pass continues in turn.
 * @param since start of the window
 */
export async function someHeld(shop: ShopDomain, since: Date, access: Access, kept: Kept): Promise<HeldPage> {
  const { orders, events, shops } = kept.collections;
  const known = await shops.findById(shop, { gone: 1, askedTo: 1 }).lean();
  const recent = await events
    .find({ shop, appliedAt: { $gte: since } }, { order: 1 })
    .sort({ appliedAt: -1 })
    .limit(RECENT_EVENTS)
    .lean();
  const range = { $gt: known?.askedTo ?? `${shop}/`, $lt: `${shop}0` };
  const inTurn = await orders.find({ _id: range }, SHOWN).sort({ _id: 1 }).limit(IN_TURN).lean<OrderRow[]>();
  const turned = new Set<string>(inTurn.map(({ _id }) => _id));
  const gone = (known?.gone ?? []).map((id) => `${shop}/${id}`);
  const named = [...new Set([...gone, ...recent.map(({ order }) => order)])].filter(
    (key) => !turned.has(key),
  );
  const others = await orders.find({ _id: { $in: named } }, SHOWN).lean<OrderRow[]>();
  return {
    orders: judgeable([...inTurn, ...others], access, kept.now()),
    next: inTurn.length < IN_TURN ? null : (inTurn.at(-1)?._id ?? null),
  };
}

const SHOWN = { 'snapshot.at': 1, deletedAt: 1, createdAt: 1, ends: 1 } as const;

type OrderRow = Pick<OrderDocument, '_id' | 'snapshot' | 'deletedAt' | 'createdAt'>;

/** The orders that Shopify would show us if it knew them. */
function judgeable(orders: readonly OrderRow[], { allOrders }: Access, now: number): HeldOrder[] {
  return orders
    .filter(({ createdAt }) => allOrders || (createdAt?.getTime() ?? 0) > now - REACH_MS)
    .map((row) => ({ key: trustedOrderKey(row._id), order: fromDocument(row) }))
    .filter(({ order }) => order.ends.deletedAt === null)
    .map(({ key, order }) => ({ key, at: order.snapshot?.at ?? null }));
}

/** Ids in one query. */
const IDS = 100;
/** If so many orders of a page are unknown, and more than half of the page, the answer is doubted. */
const DOUBTED = 10;

export interface Unknown {
  orders: HeldOrder[];
  /** Shopify knows so few of them that they are only reported, and none is deleted. */
  doubted: boolean;
}

/**
 * Which of these orders Shopify does not know, asked twice.
 * @throws Fault shopify_away when an answer is incomplete; and what asking throws
 */
export async function unknownOf(asker: ThrottledApi, held: readonly HeldOrder[]): Promise<Unknown> {
  const first = await unknownOnce(asker, held);
  const orders = first.length === 0 ? [] : await unknownOnce(asker, first);
  return { orders, doubted: orders.length >= DOUBTED && orders.length > held.length / 2 };
}

async function unknownOnce(asker: ThrottledApi, held: readonly HeldOrder[]): Promise<HeldOrder[]> {
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

/** Accepts only an answer with the requested orders, in the requested sequence. */
function readKnown(data: unknown, ids: readonly (string | null)[]): (string | null)[] {
  const found = readAs(knownOrders, data, 'known orders');
  if (found.length === ids.length && found.every((id, i) => id === null || id === ids[i])) return found;
  throw new Fault('shopify_away', 'known orders: nodes: do not match the request');
}
