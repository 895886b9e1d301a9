import { cursorOf, pageOf, pageSizeOf, readCursor } from './connection.ts';
import type { FakeOrder } from './fake-order.ts';
import { refusedQuery, type Node } from './graphql-node.ts';

/**
 * `orders`: filtered by a search, sorted by a key and then the id; a page continues where the last one ended.
 * An order that changes between two pages moves to the end, as at Shopify: it may be listed twice, and none
 * is skipped.
 */
export interface OrdersArgs {
  first?: number;
  after?: string | null;
  sortKey?: string;
  reverse?: boolean;
  query?: string | null;
}

type SortKey = (order: FakeOrder) => number;
const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  UPDATED_AT: ({ updatedAt }) => updatedAt.getTime(),
  CREATED_AT: ({ createdAt }) => createdAt.getTime(),
  PROCESSED_AT: ({ createdAt }) => createdAt.getTime(),
  ID: ({ id }) => Number(id),
};

/** Shopify returns no more than this many through pages. */
const DEEPEST = 25_000;

/** @throws GraphQLError */
export function listOrders(
  orders: readonly FakeOrder[],
  args: OrdersArgs,
  nodeOf: (order: FakeOrder) => Node,
): Node {
  const size = pageSizeOf(args);
  const keyOf = SORT_KEYS[args.sortKey ?? 'PROCESSED_AT'];
  if (!keyOf) throw refusedQuery('argumentLiteralsIncompatible', `unknown sortKey ${args.sortKey}`);
  const direction = args.reverse ? -1 : 1;
  const compare = (a: Place, b: Place) => direction * (a.key - b.key || a.id - b.id);
  const end = args.after ? endOf(args.after) : null;
  const left = orders
    .filter(searchOf(args.query ?? '').matches)
    .map((order) => ({ order, key: keyOf(order), id: Number(order.id) }))
    .filter((place) => end === null || compare(place, end) > 0)
    .sort(compare);
  const seen = end?.seen ?? 0;
  const page = left.slice(0, size).map(({ order, key, id }, i) => ({
    node: nodeOf(order),
    cursor: cursorOf({ last_value: key, last_id: id, seen: seen + i + 1 }),
  }));
  return pageOf('Order', page, { more: left.length > size, before: end !== null });
}

export interface CountArgs {
  query?: string | null;
  /** Null: none. */
  limit?: number | null;
}

/** `ordersCount`: with a limit, the count may be only a lower bound. */
export function countOrders(orders: readonly FakeOrder[], { query, limit }: CountArgs): Node {
  const { matches } = searchOf(query ?? '');
  const count = orders.filter(matches).length;
  const isCut = typeof limit === 'number' && count > limit;
  return { __typename: 'Count', count: isCut ? limit : count, precision: isCut ? 'AT_LEAST' : 'EXACT' };
}

interface Place {
  key: number;
  id: number;
}

function endOf(cursor: string): Place & { seen: number } {
  const { last_value: key, last_id: id, seen } = readCursor(cursor);
  if (typeof key !== 'number' || typeof id !== 'number' || typeof seen !== 'number')
    throw refusedQuery('BAD_REQUEST', 'Invalid cursor for current pagination sort.');
  if (seen >= DEEPEST) throw refusedQuery('BAD_REQUEST', `Cannot page beyond ${DEEPEST} objects`);
  return { key, id, seen };
}

const TERM = /(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|([^\s()]+))/g;
const FIELDS: Readonly<Record<string, (order: FakeOrder) => number>> = {
  updated_at: ({ updatedAt }) => updatedAt.getTime(),
  created_at: ({ createdAt }) => createdAt.getTime(),
  processed_at: ({ createdAt }) => createdAt.getTime(),
  id: ({ id }) => Number(id),
  test: (order) => Number(order.rest().test === true),
};
/** How the text after a field is read; usually it is a time. */
const READ: Readonly<Record<string, (text: string) => number>> = {
  id: Number,
  test: (text) => ({ true: 1, false: 0 })[text] ?? NaN,
};
const HOLDS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '': (a, b) => a === b,
};

/** Terms joined by AND. As at Shopify, a term that is not understood is ignored, with a warning. */
export function searchOf(query: string): {
  matches: (order: FakeOrder) => boolean;
  warnings: { field: string; message: string }[];
} {
  const warnings: { field: string; message: string }[] = [];
  const terms: ((order: FakeOrder) => boolean)[] = [];
  for (const [, field = '', operator = '', ...texts] of query.matchAll(TERM)) {
    const text = texts.find((each) => each !== undefined) ?? '';
    const fact = FIELDS[field];
    const wanted = (READ[field] ?? Date.parse)(text);
    const holds = HOLDS[operator];
    if (!fact || !holds) warnings.push({ field, message: 'Invalid search field for this query.' });
    else if (Number.isNaN(wanted)) warnings.push({ field, message: `Input \`${text}\` is not valid.` });
    else terms.push((order) => holds(fact(order), wanted));
  }
  return { matches: (order) => terms.every((term) => term(order)), warnings };
}
