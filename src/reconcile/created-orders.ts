import { orderKey, type OrderKey, type ShopDomain } from '../order/identity.ts';
import { Fault } from '../system/errors.ts';
import { CREATED_ORDERS, countsQuery, SHOP_ZONE } from './queries.ts';
import { createdOrders, orderCounts, readAs, shopZone } from './read-answers.ts';
import type { ThrottledApi } from './throttled-api.ts';

/** A span of time in which orders were created: from `start` until before `end`. */
export interface Span {
  start: Date;
  end: Date;
}

export async function zoneOf(asker: ThrottledApi): Promise<string> {
  return await asker.ask({
    kind: 'time zone',
    document: SHOP_ZONE,
    variables: {},
    items: 1,
    estimate: 1,
    read: (data) => readAs(shopZone, data, 'time zone'),
  });
}

/** What Shopify says about a span: orders that are not deleted, and how many of them are test orders. */
export interface CountedSpan {
  all: number;
  test: number;
}

/** Points of a count. Shopify's documents do not say; an object costs 1. */
const COUNT = 1;

export async function countAtShopify(asker: ThrottledApi, spans: readonly Span[]): Promise<CountedSpan[]> {
  const searches = spans.flatMap((span) => [searchOf(span), `${searchOf(span)} AND test:true`]);
  const counts = await asker.ask({
    kind: 'order counts',
    document: countsQuery(searches),
    variables: {},
    items: searches.length,
    estimate: COUNT,
    read: (data) => readAs(orderCounts, data, 'order counts'),
  });
  return spans.map((_span, i) => ({ all: told(counts[2 * i]), test: told(counts[2 * i + 1]) }));
}

function told(count: number | null | undefined): number {
  if (typeof count === 'number') return count;
  throw new Fault('shopify_away', 'order counts: do not match the request');
}

const LARGEST_PAGE = 250;

/** The orders that Shopify lists for a span, page by page. */
export async function* createdIn(
  asker: ThrottledApi,
  shop: ShopDomain,
  span: Span,
): AsyncGenerator<OrderKey[]> {
  let after: string | null = null;
  do {
    const first = asker.itemsOf('created orders', 1, LARGEST_PAGE);
    const page: { nodes: string[]; next: string | null } = await asker.ask({
      kind: 'created orders',
      document: CREATED_ORDERS,
      variables: { first, after, query: searchOf(span) },
      items: first,
      estimate: 1,
      read: (data) => readAs(createdOrders, data, 'created orders'),
    });
    yield page.nodes.map((id) => orderKey(shop, id as Parameters<typeof orderKey>[1]));
    if (page.next !== null && page.next === after)
      throw new Fault('shopify_away', 'created orders: pageInfo: the cursor does not move');
    after = page.next;
  } while (after !== null);
}

function searchOf({ start, end }: Span): string {
  return `created_at:>='${start.toISOString()}' AND created_at:<'${end.toISOString()}'`;
}
