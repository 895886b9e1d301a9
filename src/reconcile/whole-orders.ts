import { Fault } from '../system/errors.ts';
import type { Asker } from './asker.ts';
import { REST, WHOLE_ORDERS } from './queries.ts';
import { MORE, readAs, wholeOrders, type WholeOrder } from './read-answers.ts';

/**
 * How long the lists in an order may be. Shopify sets aside a query's cost as if every list were full, and takes
 * none over 1000 points, so nearly all orders are asked for with short lists, several at once; one that fills
 * them is asked for alone, and one with very many parts by its parts first.
 */
interface Lengths {
  orders: number;
  lines: number;
  parts: number;
  partLines: number;
  parcels: number;
}
const LENGTHS: readonly Lengths[] = [
  { orders: 4, lines: 10, parts: 3, partLines: 5, parcels: 3 },
  { orders: 1, lines: 20, parts: 8, partLines: 5, parcels: 20 },
  { orders: 1, lines: 1, parts: 25, partLines: 1, parcels: 20 },
];
/** 3 points a line. */
const REST_LINES = 100;

/** Points an order costs, by the rule of an object a point. */
function costOf({ lines, parts, partLines, parcels }: Lengths): number {
  const fulfillment = 1 + parcels + 2 * partLines;
  const refund = 1 + 4 * partLines + 5 * partLines;
  return 3 + 3 * lines + parts * (fulfillment + refund);
}

/** Whole orders, and the ids of those that are too long to be read whole: half an order is worse than none. */
export interface Wholes {
  orders: WholeOrder[];
  tooLong: string[];
}

/** @param ids what is gone since it was listed is left out */
export async function readWholes(asker: Asker, ids: readonly string[]): Promise<Wholes> {
  const orders: WholeOrder[] = [];
  let left = [...ids];
  for (const lengths of LENGTHS) {
    const full: string[] = [];
    for (const found of await inGroups(asker, left, lengths)) {
      if (fills(found, lengths)) full.push(found.id);
      else orders.push(await withRests(asker, found));
    }
    left = full;
  }
  return { orders, tooLong: left };
}

async function inGroups(asker: Asker, ids: readonly string[], lengths: Lengths): Promise<WholeOrder[]> {
  const { orders: most, ...variables } = lengths;
  const kind = `whole orders, ${lengths.parts} parts`;
  const estimate = costOf(lengths);
  const found: WholeOrder[] = [];
  for (let from = 0; from < ids.length;) {
    const group = ids.slice(from, from + asker.itemsOf(kind, estimate, most));
    const gids = group.map((id) => `gid://shopify/Order/${id}`);
    const orders = await asker.ask({
      kind,
      document: WHOLE_ORDERS,
      variables: { ids: gids, ...variables },
      items: group.length,
      estimate,
      read: (data) => readGroup(data, group),
    });
    found.push(...orders.filter((order) => order !== null));
    from += group.length;
  }
  return found;
}

/** Those that were asked for, in that order, and no others. */
function readGroup(data: unknown, ids: readonly string[]): (WholeOrder | null)[] {
  const orders = readAs(wholeOrders, data, 'whole orders');
  if (orders.length === ids.length && orders.every((order, i) => !order || order.id === ids[i]))
    return orders;
  throw new Fault('shopify_away', 'whole orders: nodes: are not those that were asked for');
}

/** Whether a list without a cursor is as long as it was asked for: there may be more. */
function fills({ fulfillments, refunds }: WholeOrder, { parts, parcels }: Lengths): boolean {
  const isFull = fulfillments.length >= parts || refunds.length >= parts;
  return isFull || fulfillments.some(({ trackingInfo }) => trackingInfo.length >= parcels);
}

interface Page<Item> {
  nodes: Item[];
  next: string | null;
}

async function withRests(asker: Asker, order: WholeOrder): Promise<WholeOrder> {
  const rest = <List extends keyof typeof REST>(list: List, name: string, id: string, page: Page<unknown>) =>
    wholeList(asker, list, `gid://shopify/${name}/${id}`, page);
  const { lineItems, fulfillments, refunds } = order;
  await rest('lineItems', 'Order', order.id, lineItems);
  for (const { id, fulfillmentLineItems } of fulfillments)
    await rest('fulfillmentLineItems', 'Fulfillment', id, fulfillmentLineItems);
  for (const { id, refundLineItems, transactions } of refunds) {
    await rest('refundLineItems', 'Refund', id, refundLineItems);
    await rest('transactions', 'Refund', id, transactions);
  }
  return order;
}

/** Reads a list to its end, into its page. */
async function wholeList(
  asker: Asker,
  list: keyof typeof REST,
  id: string,
  page: Page<unknown>,
): Promise<void> {
  while (page.next !== null) {
    const more: Page<unknown> = await asker.ask({
      kind: `rest of ${list}`,
      document: REST[list],
      variables: { id, first: REST_LINES, after: page.next },
      items: REST_LINES,
      estimate: 5,
      read: (data) => readAs<(typeof MORE)[typeof list]>(MORE[list], data, list),
    });
    if (more.next === page.next)
      throw new Fault('shopify_away', `${list}: pageInfo: the cursor does not move`);
    page.nodes.push(...more.nodes);
    page.next = more.next;
  }
}
