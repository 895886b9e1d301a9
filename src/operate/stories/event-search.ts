import { byIndex } from '../../persist/by-index.ts';
import type { Collections } from '../../persist/collections.ts';
import { equals } from '../../persist/equals.ts';
import { RARE_OUTCOMES } from '../../persist/event-schema.ts';
import type { Mark } from '../cursors.ts';
import type { FindOrders } from './find-orders.ts';
import type { JournalEntry } from './views.ts';

/** Search conditions; all that are given must hold. Times in ms since 1970. */
interface EventFilter {
  order?: string | undefined;
  /** One or several. */
  shop?: string | readonly string[] | undefined;
  webhookId?: string | undefined;
  hash?: string | undefined;
  topic?: string | undefined;
  outcome?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
  limit: number;
}

interface FoundEvents {
  /** Newest first. */
  events: JournalEntry[];
  next: Mark | null;
  lookedBackTo: Date | null;
}

/**
 * Searches the journal. It uses one index, the narrowest in the table below, and reads at most {@link LOOK}
 * entries of it for a page: a rare combination takes several pages, but never scans the collection.
 */
export type EventSearch = (filter: EventFilter, after: Mark | null) => Promise<FoundEvents>;

/** Entries read for one page: about 50 ms. */
const LOOK = 5000;

interface Plan {
  hint: Record<string, 1>;
  conditions: object;
  /** Whether the index is sorted by time. If not, it matches only a few entries, and all of them are read. */
  byTime: boolean;
}

type Planning = (filter: EventFilter, orders: readonly string[]) => Plan | null;

/** Narrowest first. The last plan serves every search. */
const PLANS: readonly Planning[] = [
  ({ hash }) =>
    hash === undefined
      ? null
      : { hint: { _id: 1 }, conditions: { _id: { $gte: hash, $lt: `${hash}g` } }, byTime: false },
  ({ webhookId }) =>
    webhookId === undefined
      ? null
      : { hint: { webhookId: 1 }, conditions: { webhookId: { $eq: webhookId } }, byTime: false },
  ({ order }, orders) =>
    order === undefined
      ? null
      : { hint: { order: 1, sequence: 1 }, conditions: { order: { $in: orders } }, byTime: false },
  ({ outcome }) =>
    RARE_OUTCOMES.some((rare) => rare === outcome)
      ? { hint: { outcome: 1, appliedAt: 1 }, conditions: { outcome: { $eq: outcome } }, byTime: true }
      : null,
  ({ shop }) =>
    shop === undefined
      ? null
      : { hint: { shop: 1, appliedAt: 1 }, conditions: equals({ shop }), byTime: true },
  ({ topic }) =>
    topic === undefined
      ? null
      : { hint: { topic: 1, appliedAt: 1 }, conditions: { topic: { $eq: topic } }, byTime: true },
  () => ({ hint: { appliedAt: 1 }, conditions: {}, byTime: true }),
];

export function createEventSearch(
  { events }: Pick<Collections, 'events'>,
  findOrders: FindOrders,
): EventSearch {
  return async (filter, after) => {
    const orders = filter.order === undefined ? [] : await ordersNamed(filter.order, filter.shop);
    if (filter.order !== undefined && orders.length === 0) return NOTHING;
    const plan = planOf(filter, orders);
    const time = plan.byTime ? timesOf(filter, after) : {};
    const isWanted = (entry: JournalEntry) => matches(entry, filter, orders) && isAfter(entry, after);
    const seen = await byIndex(plan.hint, (hint) => {
      const entries = events
        .find({ ...plan.conditions, ...time }, { payload: 0 })
        .sort(plan.byTime ? { appliedAt: -1 } : {})
        .setOptions(hint)
        .limit(LOOK)
        .lean<JournalEntry[]>()
        .cursor() as AsyncIterable<JournalEntry>;
      return look(entries, isWanted, plan.byTime ? filter.limit : LOOK);
    });
    return pageOf(seen, filter.limit, plan.byTime);
  };

  async function ordersNamed(order: string, shop: EventFilter['shop']): Promise<string[]> {
    const found = await Promise.all(
      shop === undefined ? [findOrders(order)] : [shop].flat().map((each) => findOrders(order, each)),
    );
    return found.flat().map(({ key }) => key);
  }
}

const NOTHING: FoundEvents = { events: [], next: null, lookedBackTo: null };

function planOf(filter: EventFilter, orders: readonly string[]): Plan {
  for (const planning of PLANS) {
    const plan = planning(filter, orders);
    if (plan) return plan;
  }
  throw new Error('no plan: the last one should serve every search');
}

/** The entries read for one page. */
interface SearchedPage {
  found: JournalEntry[];
  first: JournalEntry | null;
  last: JournalEntry | null;
  looked: number;
}

/** Reads until there is more than a page, then to the end of that millisecond, whose entries are unsorted. */
async function look(
  entries: AsyncIterable<JournalEntry>,
  isWanted: (entry: JournalEntry) => boolean,
  enough: number,
): Promise<SearchedPage> {
  const seen: SearchedPage = { found: [], first: null, last: null, looked: 0 };
  for await (const entry of entries) {
    if (seen.found.length > enough && timeOf(entry) !== timeOf(seen.last)) break;
    seen.looked += 1;
    seen.first ??= entry;
    seen.last = entry;
    if (isWanted(entry)) seen.found.push(entry);
  }
  return seen;
}

function pageOf(seen: SearchedPage, limit: number, byTime: boolean): FoundEvents {
  const cut = byTime ? cutOf(seen) : null;
  const sorted = seen.found.filter((entry) => !cut || timeOf(entry) > cut.getTime()).toSorted(newestFirst);
  const events = sorted.slice(0, limit);
  const lastShown = events.at(-1);
  if (sorted.length > limit && lastShown) {
    const { appliedAt: at, _id: event } = lastShown;
    return { events, next: { at, event }, lookedBackTo: at };
  }
  const end = byTime ? (cut ?? seen.last?.appliedAt ?? null) : null;
  return { events, next: cut && { at: cut, event: null }, lookedBackTo: end };
}

/**
 * The end of a read that stopped at {@link LOOK}, or null. Its last millisecond may have more entries, so the
 * next page starts with it. If one millisecond fills the whole read, only the entries that were read are
 * shown, and the next page starts before it; otherwise no page would get past it.
 */
function cutOf({ first, last, looked }: SearchedPage): Date | null {
  if (looked < LOOK || !last) return null;
  const [from, to] = [timeOf(first), timeOf(last)];
  return new Date(from === to ? to - 1 : to);
}

function timesOf({ since, until }: EventFilter, after: Mark | null): object {
  const latest = Math.min(until ?? Infinity, after?.at.getTime() ?? Infinity);
  const range = {
    ...(since === undefined ? {} : { $gte: new Date(since) }),
    ...(latest === Infinity ? {} : { $lte: new Date(latest) }),
  };
  return Object.keys(range).length === 0 ? {} : { appliedAt: range };
}

function matches(entry: JournalEntry, filter: EventFilter, orders: readonly string[]): boolean {
  const { order, shop, webhookId, hash, topic, outcome, since = -Infinity, until = Infinity } = filter;
  const wanted: [string | readonly string[] | undefined, string | null | undefined][] = [
    [shop, entry.shop],
    [webhookId, entry.webhookId],
    [topic, entry.topic],
    [outcome, entry.outcome],
  ];
  return (
    wanted.every(([asked, is]) => asked === undefined || [asked].flat().some((each) => each === is)) &&
    (hash === undefined || entry._id.startsWith(hash)) &&
    (order === undefined || orders.includes(entry.order)) &&
    timeOf(entry) >= since &&
    timeOf(entry) <= until
  );
}

function isAfter(entry: JournalEntry, mark: Mark | null): boolean {
  if (!mark) return true;
  const [time, end] = [timeOf(entry), mark.at.getTime()];
  return time < end || (time === end && (mark.event === null || entry._id < mark.event));
}

function newestFirst(a: JournalEntry, b: JournalEntry): number {
  return timeOf(b) - timeOf(a) || (a._id < b._id ? 1 : -1);
}

function timeOf(entry: JournalEntry | null): number {
  return entry?.appliedAt.getTime() ?? 0;
}
