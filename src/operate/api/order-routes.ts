import { partsOf, type OrderKey } from '../../order/identity.ts';
import { orderCursor, readKey, readOrderCursor } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import type { OrderReader } from '../stories/order-reader.ts';
import type { Search } from '../stories/search.ts';
import { timeline, timelineQuery } from '../shapes/events.ts';
import { order, orderAddress, orderPage, orderQuery, searchAnswer, searchQuery } from '../shapes/orders.ts';
import type { TimelineReader } from '../stories/timeline.ts';
import { route, type Route } from './route.ts';

export interface OrderTools {
  orders: OrderReader;
  timeline: TimelineReader;
  search: Search;
}

export function orderRoutes(tools: OrderTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/orders',
      role: 'viewer',
      about: 'Orders, newest first by creation time at Shopify.',
      query: orderQuery,
      answer: orderPage,
      handle: async ({ query: { cursor, parked, ...filter } }) => {
        const asked = { ...filter, parked: parked === '1', after: readOrderCursor(cursor) };
        const { orders, last } = await tools.orders.list(asked);
        return { orders, cursor: orderCursor(last) };
      },
    }),
    route({
      method: 'get',
      path: '/orders/{shop}/{orderId}',
      role: 'viewer',
      about: 'One order.',
      params: orderAddress,
      answer: order,
      handle: async ({ params }) => {
        const key = namedOrder(params);
        return (key && (await tools.orders.order(key))) ?? notFound('no such order in the collection orders');
      },
    }),
    route({
      method: 'get',
      path: '/orders/{shop}/{orderId}/timeline',
      role: 'viewer',
      about: "An order's history: what happened to each event, and what operators did.",
      params: orderAddress,
      query: timelineQuery,
      answer: timeline,
      handle: async ({ params, query }) => {
        const key = readKey(`${params.shop}/${params.orderId}`);
        const found = key ? await tools.timeline(key, { states: query.states === '1' }) : null;
        return found ?? notFound('no events of this order, in the journal or waiting');
      },
    }),
    route({
      method: 'get',
      path: '/search',
      role: 'viewer',
      about:
        'Finds orders by name, id or key, including orders that have only parked or waiting events; and events by webhook id or the start of the hash.',
      query: searchQuery,
      answer: searchAnswer,
      handle: ({ query }) => tools.search(query.q),
    }),
  ];
}

/** Null for `-`, which is not an order. */
function namedOrder({ shop, orderId }: { shop: string; orderId: string }): OrderKey | null {
  const key = readKey(`${shop}/${orderId}`);
  return key && partsOf(key).orderId !== null ? key : null;
}

function notFound(message: string): never {
  throw new Refusal('not_found', message);
}
