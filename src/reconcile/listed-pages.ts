import { Fault } from '../system/errors.ts';
import type { ThrottledApi } from './throttled-api.ts';
import { changedOrdersQuery, listedCost, type Access } from './queries.ts';
import { changedOrders, readAs, type ListedOrder } from './read-answers.ts';

/** A page of listed orders. */
export interface ListedPage {
  orders: ListedOrder[];
  /** Where the next page starts; null: this is the last one. */
  cursor: string | null;
}

/** Orders changed at Shopify from `since` up to `until`, ms since 1970. */
export interface Window {
  since: number | null;
  until: number;
}

const LARGEST_PAGE = 100;
/** Shopify returns at most 25,000 orders for one query. After that, a new query starts where it ended. */
const MOST_OF_A_QUERY = 24_000;

/** Pages over a window, least recently changed orders first, starting at one of our cursors. */
export async function* listedPages(
  asker: ThrottledApi,
  access: Access,
  window: Window,
  cursor: string | null,
): AsyncGenerator<ListedPage> {
  let place: Place | null = readPlace(cursor, window);
  const document = changedOrdersQuery(access);
  const estimate = listedCost(access);
  while (place) {
    const first = asker.itemsOf('changed orders', estimate, LARGEST_PAGE);
    const { orders, next }: Listed = await asker.ask({
      kind: 'changed orders',
      document,
      variables: { first, after: place.after, query: searchOf(place.from, window.until) },
      items: first,
      estimate,
      read: (data) => readAs(changedOrders, data, 'changed orders'),
    });
    place = next === null ? null : nextPlace(place, orders, next);
    yield { orders, cursor: place && writePlace(place) };
  }
}

interface Listed {
  orders: ListedOrder[];
  next: string | null;
}

/** Where a page starts: after the cursor `after` of the query from `from` on, with `read` orders read. */
interface Place {
  read: number;
  from: number | null;
  after: string | null;
}

function nextPlace(place: Place, orders: readonly ListedOrder[], next: string): Place {
  if (next === place.after)
    throw new Fault('shopify_away', 'changed orders: pageInfo: the cursor does not move');
  const read = place.read + orders.length;
  const last = orders.at(-1);
  if (read < MOST_OF_A_QUERY || !last) return { ...place, read, after: next };
  if (last.updatedAt === place.from)
    throw new Fault('shopify_away', `more than ${MOST_OF_A_QUERY} orders changed in one second`);
  return { read: 0, from: last.updatedAt, after: null };
}

function searchOf(from: number | null, until: number): string {
  const at = (ms: number) => `'${new Date(ms).toISOString()}'`;
  const upTo = `updated_at:<=${at(until)}`;
  return from === null ? upTo : `updated_at:>=${at(from)} AND ${upTo}`;
}

const PLACE = /^(\d{1,9}) (\d{1,15}|-) (.*)$/s;

function writePlace({ read, from, after }: Place): string {
  return `${read} ${from ?? '-'} ${after ?? ''}`;
}

/** An invalid cursor starts from the beginning: comparing twice only costs points. */
function readPlace(cursor: string | null, { since }: Window): Place {
  const [, read, from, after] = PLACE.exec(cursor ?? '') ?? [];
  if (read === undefined) return { read: 0, from: since, after: null };
  return { read: Number(read), from: from === '-' ? null : Number(from), after: after || null };
}
