import type { OrderKey } from '../../order/identity.ts';
import { Refusal } from '../refusal.ts';
import { keyOf, orderPlace, type OrderPlace } from '../shapes/base.ts';
import { rebuildAnswer, rebuildRequest } from '../shapes/rebuild.ts';
import { lookAtRebuild, rebuildOrder, type RebuildTools } from '../steering/order-rebuild.ts';
import { route, type Route } from './route.ts';

/** A rebuild reads the whole journal of an order: the same limit as verify. */
const LOOK_MS = 60_000;

/** Rebuilds orders from their journals. */
export function rebuildRoutes(tools: RebuildTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/orders/{shop}/{orderId}/rebuild',
      role: 'operator',
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
  ];
}

function orderIn(place: OrderPlace): OrderKey {
  if (place.orderId === '-') throw new Refusal('bad_request', 'orderId: - is not an order');
  return keyOf(place);
}
