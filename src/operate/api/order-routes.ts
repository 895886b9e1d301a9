import { partsOf, type OrderKey } from '../../order/identity.ts';
import { shownExternal } from '../../order/shown-order.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { Caller } from '../caller.ts';
import { orderCursor, readKey, readOrderCursor, readSequenceCursor } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import { filterOf } from '../stories/order-filter.ts';
import type { FoundOrder, OrderReader } from '../stories/order-reader.ts';
import { timeline, timelineQuery } from '../shapes/events.ts';
import {
  orderAddress,
  orderDetail,
  orderDetailQuery,
  orderPage,
  orderQuery,
  type OrderPage,
  type OrderQuery,
  type ShownOrder,
} from '../shapes/orders.ts';
import { mayActAs } from '../sign-in/authorize.ts';
import { shownBody } from '../stories/shown-payload.ts';
import type { TimelineReader } from '../stories/timeline.ts';
import { route, type Route } from './route.ts';

export interface OrderTools {
  orders: OrderReader;
  timeline: TimelineReader;
}

export function orderRoutes(tools: OrderTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/orders',
      role: 'viewer',
      scope: 'filtered',
      about: 'Orders, newest first by creation time at Shopify, or as `sort` says.',
      query: orderQuery,
      answer: orderPage,
      handle: async ({ query, who }) => await listed(query, who, tools.orders),
    }),
    route({
      method: 'get',
      path: '/orders/{shop}/{orderId}',
      role: 'viewer',
      scope: 'named',
      about:
        'One order. Operators also get its body with customer data masked; with `reason`, body and external data unmasked.',
      params: orderAddress,
      query: orderDetailQuery,
      answer: orderDetail,
      audit: ({ params, query }) =>
        query.reason === undefined
          ? null
          : { action: 'order.unmask', target: namedOrder(params) ?? 'not an order' },
      handle: async ({ params, query, who }) => {
        const key = namedOrder(params);
        const found = key ? await tools.orders.order(key) : null;
        return found
          ? detailOf(found, query.reason, who)
          : notFound('no such order in the collection orders');
      },
    }),
    ...historyRoutes(tools),
  ];
}

function historyRoutes(tools: OrderTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/orders/{shop}/{orderId}/timeline',
      role: 'viewer',
      scope: 'named',
      about:
        "An order's history: what happened to each event, what it set off at which destination, and what operators did.",
      params: orderAddress,
      query: timelineQuery,
      answer: timeline,
      handle: async ({ params, query, who }) => {
        const key = readKey(`${params.shop}/${params.orderId}`);
        const { states, cursor, ...page } = query;
        const after = readSequenceCursor(cursor);
        const asked = { ...page, states: states === '1', after, bounds: who.shops };
        const found = key ? await tools.timeline(key, asked) : null;
        return found ?? notFound('no events of this order, in the journal or waiting');
      },
    }),
  ];
}

async function listed(query: OrderQuery, who: Caller, orders: OrderReader): Promise<OrderPage> {
  const { cursor, sort, limit, fields, count, ...listed } = query;
  if (listed.email !== undefined && !mayActAs(who.role, 'operator'))
    throw new Refusal('forbidden', 'the role operator is needed to search by e-mail address');
  const filter = filterOf(listed, who.shops);
  const page = await orders.list({ ...filter, sort, limit, after: readOrderCursor(cursor) });
  return {
    orders: fields ? page.orders.map((each) => only(fields, each)) : page.orders,
    cursor: orderCursor(page.last),
    ...(count && { count: await orders.count(filter) }),
  };
}

/** The answer's type has all fields; a caller who asks for some of them expects no others. */
function only<Whole extends object>(fields: readonly string[], whole: Whole): Whole {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => fields.includes(name))) as Whole;
}

/** Null for `-`, which is not an order. */
function namedOrder({ shop, orderId }: { shop: string; orderId: string }): OrderKey | null {
  const key = readKey(`${shop}/${orderId}`);
  return key && partsOf(key).orderId !== null ? key : null;
}

function notFound(message: string): never {
  throw new Refusal('not_found', message);
}

/** Viewers do not get the body. With a reason, operators get it and the data of other systems unmasked. */
function detailOf({ view, document }: FoundOrder, reason: string | undefined, { role }: Caller): ShownOrder {
  const isOperator = mayActAs(role, 'operator');
  if (reason !== undefined && !isOperator)
    throw new Refusal('forbidden', 'the role operator is needed to see customer data');
  if (!isOperator) return view;
  const isUnmasked = reason !== undefined && view.damage.length === 0;
  const external = isUnmasked ? shownExternal(fromDocument(document).external) : view.external;
  return { ...view, external, ...shownBody(document, reason !== undefined) };
}
