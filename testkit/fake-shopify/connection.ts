import { refusedQuery, type Node } from './graphql-node.ts';

/** One page of a list, by index: for lists whose sequence does not change, such as an order's lines. */
export function connectionOf(type: string, items: readonly Node[], args: object): Node {
  const { after } = args as { after?: string | null };
  const size = pageSizeOf(args);
  const start = after ? placeOf(after) + 1 : 0;
  const page = items.slice(start, start + size);
  return pageOf(
    type,
    page.map((node, i) => ({ node, cursor: cursorOf({ place: start + i }) })),
    { more: start + size < items.length, before: start > 0 },
  );
}

export function pageOf(
  type: string,
  items: readonly { node: Node; cursor: string }[],
  { more, before }: { more: boolean; before: boolean },
): Node {
  return {
    __typename: `${type}Connection`,
    nodes: items.map(({ node }) => node),
    edges: items.map(({ node, cursor }) => ({ __typename: `${type}Edge`, node, cursor })),
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: more,
      hasPreviousPage: before,
      startCursor: items[0]?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    },
  };
}

const LARGEST_PAGE = 250;

/** All items in one page, for bulk operations only. */
export const EVERYTHING = Infinity;

/** @throws GraphQLError if no page size is given, or too large a one */
export function pageSizeOf(args: object): number {
  const { first } = args as { first?: unknown };
  if (first === EVERYTHING) return EVERYTHING;
  if (typeof first !== 'number' || first < 0)
    throw refusedQuery('BAD_REQUEST', 'you must provide one of first or last');
  if (first > LARGEST_PAGE)
    throw refusedQuery(
      'BAD_REQUEST',
      `The first argument is ${first}, larger than the limit of ${LARGEST_PAGE}`,
    );
  return first;
}

export function cursorOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

/** @throws GraphQLError if the cursor is not one of ours */
export function readCursor(cursor: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString()) as Record<string, unknown>;
  } catch {
    throw refusedQuery('BAD_REQUEST', 'Invalid cursor for current pagination sort.');
  }
}

function placeOf(cursor: string): number {
  const { place } = readCursor(cursor);
  if (typeof place !== 'number')
    throw refusedQuery('BAD_REQUEST', 'Invalid cursor for current pagination sort.');
  return place;
}
