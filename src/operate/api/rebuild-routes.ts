import type { OrderKey } from '../../order/identity.ts';
import { invalidField, invalidParameter } from '../refusal.ts';
import { keyOf, orderPlace, type OrderPlace } from '../shapes/base.ts';
import { keyCursor, readKeyCursor } from '../cursors.ts';
import {
  rebuildAnswer,
  rebuildRequest,
  rebuildsAnswer,
  rebuildsRequest,
  type RebuildPage,
} from '../shapes/rebuild.ts';
import { lookAtRebuild, rebuildOrder, type RebuildTools } from '../steering/order-rebuild.ts';
import { rebuildPage } from '../steering/rebuild-page.ts';
import { route, type Route } from './route.ts';
import { several } from '../words.ts';

/** A rebuild reads the whole journal of an order: the same limit as verify. */
const LOOK_MS = 60_000;

/** Rebuilds orders from their journals. */
export function rebuildRoutes(tools: RebuildTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/orders/{shop}/{orderId}/rebuild',
      role: 'operator',
      scope: 'named',
      about: 'Rebuilds an order from its journal. With `dryRun` it only shows which fields would change.',
      params: orderPlace,
      body: rebuildRequest,
      answer: rebuildAnswer,
      withinMs: LOOK_MS,
      audit: ({ params, body }) =>
        body.dryRun ? null : { action: 'order.rebuild', target: `${params.shop}/${params.orderId}` },
      handle: async ({ params, body }) => {
        const order = orderIn(params);
        return body.dryRun ? await lookAtRebuild(order, tools) : { did: await rebuildOrder(order, tools) };
      },
    }),
    route({
      method: 'post',
      path: '/orders/rebuild',
      role: 'operator',
      scope: 'named',
      about:
        'Brings a page of orders, sorted by key, in line with their journals, this version and ORDER_BODY. With `dryRun` it only counts.',
      body: rebuildsRequest,
      answer: rebuildsAnswer,
      withinMs: LOOK_MS,
      audit: ({ body: { dryRun, shop } }) =>
        dryRun
          ? null
          : { action: 'order.rebuild', target: shop === undefined ? 'all orders' : `orders of ${shop}` },
      handle: async ({ body: { shop, after, limit, dryRun } }) => {
        const page = await rebuildPage(
          { shop, after: readKeyCursor(after, refuseAfter), limit, dryRun },
          tools,
        );
        const answer = { ...page, cursor: keyCursor(page.cursor) };
        return dryRun ? answer : { ...answer, did: didOf(page) };
      },
    }),
  ];
}

function refuseAfter(): never {
  throw invalidField('after', 'not a valid cursor');
}

function didOf({ looked, rebuilt, unchanged, refusals }: RebuildPage): string {
  return `examined ${several(looked, 'order', 'orders')}: ${rebuilt} rebuilt, ${unchanged} unchanged, ${refusals} refused`;
}

function orderIn(place: OrderPlace): OrderKey {
  if (place.orderId === '-') throw invalidParameter('orderId', '- is not an order');
  return keyOf(place);
}
