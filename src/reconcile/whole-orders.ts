import { Fault } from '../system/errors.ts';
import type { ThrottledApi } from './throttled-api.ts';
import { DISPUTES, PAYMENTS, restQuery, wholeOrdersQuery, type Access, type LongList } from './queries.ts';
import {
  disputesById,
  MORE,
  payments,
  readAs,
  wholeOrders,
  type Dispute,
  type WholeOrder,
} from './read-answers.ts';

/**
 * How long the lists in an order may be. Shopify reserves a query's cost as if every list were full, and
 * refuses queries of more than 1000 points. So orders are first requested with short lists, several per
 * query. An order that fills these lists is requested alone, and one with very many parts with short lists
 * inside each part.
 */
interface Lengths {
  orders: number;
  lines: number;
  parts: number;
  partLines: number;
  parcels: number;
  payments: number;
}
/** 292, 838 and 954 points per order by {@link costOf}: three of the first fit half of the Standard plan's bucket. */
const LENGTHS: readonly Lengths[] = [
  { orders: 3, lines: 6, parts: 3, partLines: 3, parcels: 3, payments: 4 },
  { orders: 1, lines: 15, parts: 8, partLines: 3, parcels: 20, payments: 8 },
  { orders: 1, lines: 1, parts: 25, partLines: 1, parcels: 18, payments: 2 },
];
/** At most {@link LINE} points each. */
const REST_LINES = 60;
/** 5 points per transaction, at most 1000 points: an order with more transactions exceeds the budget of a query. */
const MOST_PAYMENTS = 190;

/** Money is three objects: a bag with two amounts. */
const MONEY = 3;
/** A line: its price, its product and variant, and its lists of taxes and discounts, which cost like one object. */
const LINE = 1 + MONEY + 2 + (1 + MONEY) + (1 + MONEY + 1);

/** Points that an order costs at most: one per object. */
function costOf({ lines, parts, partLines, parcels, payments: paid }: Lengths): number {
  const transaction = 1 + 1 + MONEY;
  const fulfillment = 1 + parcels + 2 * partLines;
  const refund = 1 + (1 + 1 + 2 * MONEY) * partLines + transaction * partLines;
  const aReturn = 1;
  const disputes = 1;
  const customer = 1;
  const address = 1;
  const own = 1 + 7 * MONEY + 2 * (MONEY - 1) + customer + address + disputes;
  return own + LINE * lines + parts * (fulfillment + refund + aReturn) + transaction * paid;
}

interface Whole {
  order: WholeOrder;
  /** undefined: the token may not read disputes. */
  disputes: Dispute[] | undefined;
}

export interface Wholes {
  orders: Whole[];
  /** Ids of orders that are too long to be read completely. Half an order is worse than none. */
  tooLong: string[];
}

/** Reads whole orders. Orders that were deleted since they were listed are left out. */
export async function readWholes(
  asker: ThrottledApi,
  access: Access,
  ids: readonly string[],
): Promise<Wholes> {
  const orders: Whole[] = [];
  const tooLong: string[] = [];
  let left = [...ids];
  for (const lengths of LENGTHS) {
    const full: string[] = [];
    for (const found of await inGroups(asker, access, left, lengths)) {
      if (fills(found, lengths)) full.push(found.id);
      else if (!(await withPayments(asker, found, lengths))) tooLong.push(found.id);
      else
        orders.push({
          order: await withRests(asker, access, found),
          disputes: await disputesOf(asker, found, access),
        });
    }
    left = full;
  }
  return { orders, tooLong: [...tooLong, ...left] };
}

/** Loads the order's other transactions. @returns whether it has all of them now */
async function withPayments(
  asker: ThrottledApi,
  order: WholeOrder,
  { payments: first }: Lengths,
): Promise<boolean> {
  if (order.transactions.length < first) return true;
  order.transactions = await asker.ask({
    kind: 'payments',
    document: PAYMENTS,
    variables: { id: `gid://shopify/Order/${order.id}`, first: MOST_PAYMENTS },
    items: MOST_PAYMENTS,
    estimate: 5,
    read: (data) => readAs(payments, data, 'transactions'),
  });
  return order.transactions.length < MOST_PAYMENTS;
}

async function disputesOf(
  asker: ThrottledApi,
  { disputes = [] }: WholeOrder,
  access: Access,
): Promise<Dispute[] | undefined> {
  if (!access.disputes) return undefined;
  if (disputes.length === 0) return [];
  const found = await asker.ask({
    kind: 'disputes',
    document: DISPUTES,
    variables: { ids: disputes.map((id) => `gid://shopify/ShopifyPaymentsDispute/${id}`) },
    items: disputes.length,
    estimate: 3,
    read: (data) => readAs(disputesById, data, 'disputes'),
  });
  return found.filter((dispute) => dispute !== null);
}

async function inGroups(
  asker: ThrottledApi,
  access: Access,
  ids: readonly string[],
  lengths: Lengths,
): Promise<WholeOrder[]> {
  const { orders: most, ...variables } = lengths;
  const kind = `whole orders, ${lengths.parts} parts`;
  const estimate = costOf(lengths);
  const found: WholeOrder[] = [];
  for (let from = 0; from < ids.length;) {
    const group = ids.slice(from, from + asker.itemsOf(kind, estimate, most));
    const gids = group.map((id) => `gid://shopify/Order/${id}`);
    const orders = await withoutAddresses(access, () =>
      asker.ask({
        kind,
        document: wholeOrdersQuery(access),
        variables: { ids: gids, ...variables },
        items: group.length,
        estimate,
        read: (data) => readGroup(data, group),
      }),
    );
    found.push(...orders.filter((order) => order !== null));
    from += group.length;
  }
  return found;
}

/**
 * If Shopify refuses a query with addresses, repeats it without them, and leaves them out from then on: an app without
 * access to protected customer data still gets everything else.
 */
async function withoutAddresses<Answer>(access: Access, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!access.addresses || !(error instanceof Fault) || error.code !== 'shopify_refused') throw error;
    access.addresses = false;
    return await ask();
  }
}

/** Accepts only an answer with the requested orders, in the requested sequence. */
function readGroup(data: unknown, ids: readonly string[]): (WholeOrder | null)[] {
  const orders = readAs(wholeOrders, data, 'whole orders');
  if (orders.length === ids.length && orders.every((order, i) => !order || order.id === ids[i]))
    return orders;
  throw new Fault('shopify_away', 'whole orders: nodes: do not match the request');
}

/** Whether a list without a cursor has as many items as requested: then there may be more. */
function fills({ fulfillments, refunds }: WholeOrder, { parts, parcels }: Lengths): boolean {
  const isFull = fulfillments.length >= parts || refunds.length >= parts;
  return isFull || fulfillments.some(({ trackingInfo }) => trackingInfo.length >= parcels);
}

interface Page<Item> {
  nodes: Item[];
  next: string | null;
}

async function withRests(asker: ThrottledApi, access: Access, order: WholeOrder): Promise<WholeOrder> {
  const rest = (list: LongList, name: string, id: string, page: Page<unknown>) =>
    wholeList(asker, { list, document: restQuery(list, access) }, `gid://shopify/${name}/${id}`, page);
  const { lineItems, fulfillments, refunds, returns } = order;
  await rest('lineItems', 'Order', order.id, lineItems);
  if (returns) await rest('returns', 'Order', order.id, returns);
  for (const { id, fulfillmentLineItems } of fulfillments)
    await rest('fulfillmentLineItems', 'Fulfillment', id, fulfillmentLineItems);
  for (const { id, refundLineItems, transactions } of refunds) {
    await rest('refundLineItems', 'Refund', id, refundLineItems);
    await rest('transactions', 'Refund', id, transactions);
  }
  return order;
}

/** Reads the remaining pages of a list and appends them to its first page. */
async function wholeList(
  asker: ThrottledApi,
  { list, document }: { list: LongList; document: string },
  id: string,
  page: Page<unknown>,
): Promise<void> {
  while (page.next !== null) {
    const more: Page<unknown> = await asker.ask({
      kind: `rest of ${list}`,
      document,
      variables: { id, first: REST_LINES, after: page.next },
      items: REST_LINES,
      estimate: LINE,
      read: (data) => readAs<(typeof MORE)[typeof list]>(MORE[list], data, list),
    });
    if (more.next === page.next)
      throw new Fault('shopify_away', `${list}: pageInfo: the cursor does not move`);
    page.nodes.push(...more.nodes);
    page.next = more.next;
  }
}
