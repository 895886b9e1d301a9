import { trustedOrderKey, trustedShopDomain, type OrderKey, type ShopDomain } from '../order/identity.ts';
import type { Collections } from '../persist/collections.ts';
import type { Counted, CompletenessDocument } from '../persist/completeness-schema.ts';
import { countByDay, liveOrdersOf, whichExist, type DayCount } from '../persist/orders-of-days.ts';
import { GRACE_MS } from '../persist/reconcile-store.ts';
import { Fault } from '../system/errors.ts';
import { countAtShopify, createdIn, zoneOf, type CountedSpan } from './created-orders.ts';
import { REACH_MS, unknownOf } from './held-orders.ts';
import type { Access } from './queries.ts';
import { daysOf, type ShopDay } from './shop-days.ts';
import type { ThrottledApi } from './throttled-api.ts';

/** The period cannot be compared, and repeating the check does not help. The message is for the operator. */
export class NotComparable extends Error {
  override readonly name = 'NotComparable';
}

/** What a check works with. */
export interface CheckTools {
  asker: ThrottledApi;
  access: Access;
  collections: Pick<Collections, 'orders'>;
  now: () => number;
}

type Asked = Pick<CompletenessDocument, 'shop' | 'from' | 'to'>;
type DayPair = { day: ShopDay; here: DayCount; there: CountedSpan };

/** Days in one query, twice: all orders, and test orders. */
const DAYS_AT_ONCE = 31;
/** Days whose orders are compared one by one. A day of a large shop has thousands of orders. */
const LISTED_DAYS = 31;
const FOUND_KEPT = 100;

/**
 * Compares how many orders of a period exist here and at Shopify, day by day. If the numbers of a day differ, its
 * orders are compared by id. It only reads, so it may be repeated.
 *
 * A day on which one order is missing here and another one is unknown to Shopify has equal numbers: only a
 * reconciliation of all orders finds that.
 * @throws NotComparable, and what a request to Shopify throws
 */
export async function checkCompleteness(
  { shop: name, from, to }: Asked,
  tools: CheckTools,
): Promise<Counted> {
  const shop = trustedShopDomain(name);
  const zone = await zoneOf(tools.asker);
  const days = comparableDays(from, to, zone, tools);
  const pairs = await countBoth(shop, days, tools);
  const comparedAt = new Date(tools.now());
  const different = pairs.filter(({ here, there }) => here.live !== there.all);
  const found: Counted['found'] = [];
  let listed = 0;
  for (const { day } of different.slice(0, LISTED_DAYS)) {
    if (found.length >= FOUND_KEPT) break;
    found.push(...(await differencesOf(shop, day, tools)));
    listed += 1;
  }
  return {
    zone,
    comparedAt,
    here: sumOf(pairs, ({ here }) => here.live),
    atShopify: sumOf(pairs, ({ there }) => there.all),
    deletedHere: sumOf(pairs, ({ here }) => here.deleted),
    testHere: sumOf(pairs, ({ here }) => here.test),
    testAtShopify: sumOf(pairs, ({ there }) => there.test),
    days: different.map(({ day, here, there }) => ({
      day: day.day,
      startsAt: day.start,
      here: here.live,
      atShopify: there.all,
    })),
    found: found.slice(0, FOUND_KEPT),
    daysNotListed: different.length - listed,
  };
}

function comparableDays(from: string, to: string, zone: string, { access, now }: CheckTools): ShopDay[] {
  const days = readDays(from, to, zone);
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) throw new NotComparable('the period has no days');
  if (last.end.getTime() + GRACE_MS > now())
    throw new NotComparable(`the period has not ended yet: the shop's time zone is ${zone}`);
  if (!access.allOrders && first.start.getTime() < now() - REACH_MS)
    throw new NotComparable(
      'Shopify shows this app no orders older than 60 days: the scope read_all_orders is not granted',
    );
  return days;
}

function readDays(from: string, to: string, zone: string): ShopDay[] {
  try {
    return daysOf(from, to, zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Fault('shopify_away', 'time zone: is not a known time zone');
  }
}

async function countBoth(
  shop: ShopDomain,
  days: readonly ShopDay[],
  { asker, collections }: CheckTools,
): Promise<DayPair[]> {
  const pairs: DayPair[] = [];
  for (let from = 0; from < days.length; from += DAYS_AT_ONCE) {
    const group = days.slice(from, from + DAYS_AT_ONCE);
    const there = await countAtShopify(asker, group);
    const starts = group.map(({ start }) => start);
    const here = await countByDay(collections, shop, starts, group.at(-1)?.end ?? new Date(0));
    pairs.push(...group.map((day, i) => ({ day, here: here[i] ?? NONE, there: there[i] ?? NO_COUNT })));
  }
  return pairs;
}

const NONE: DayCount = { live: 0, deleted: 0, test: 0 };
const NO_COUNT: CountedSpan = { all: 0, test: 0 };

/** Live orders of a day here that are compared by id. */
const MOST_HERE = 50_000;

async function differencesOf(
  shop: ShopDomain,
  day: ShopDay,
  { asker, collections }: CheckTools,
): Promise<Counted['found']> {
  const found: Counted['found'] = [];
  const listed = new Set<string>();
  for await (const page of createdIn(asker, shop, day)) {
    for (const key of page) listed.add(key);
    const known = new Map((await whichExist(collections, page)).map((each) => [each._id, each.deletedAt]));
    for (const order of page) {
      if (!known.has(order)) found.push({ order, day: day.day, what: 'missing' });
      else if (known.get(order)) found.push({ order, day: day.day, what: 'deleted' });
    }
    if (found.length >= FOUND_KEPT) return found;
  }
  const ours = await liveOrdersOf(collections, shop, day, MOST_HERE);
  const unlisted = ours.filter((key) => !listed.has(key)).slice(0, FOUND_KEPT);
  const { orders } = await unknownOf(asker, unlisted.map(heldOf));
  return [...found, ...orders.map(({ key }) => ({ order: key, day: day.day, what: 'gone' as const }))];
}

function heldOf(key: string): { key: OrderKey; at: null } {
  return { key: trustedOrderKey(key), at: null };
}

function sumOf(pairs: readonly DayPair[], numberOf: (pair: DayPair) => number): number {
  return pairs.reduce((sum, pair) => sum + numberOf(pair), 0);
}
