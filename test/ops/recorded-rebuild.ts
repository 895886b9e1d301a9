import { route, type Route } from '../../src/operate/api/route.ts';
import { rebuildAnswer, rebuildRequest, type RebuildLook } from '../../src/operate/shapes/rebuild.ts';
import { ORDER } from './recorded-answers.ts';

const REBUILD: RebuildLook = {
  dryRun: true,
  order: ORDER,
  events: 11,
  parked: 0,
  needed: true,
  differences: [{ field: 'facts.totalPrice', stored: '999.00', rebuilt: '189.00' }],
  damage: [],
  refused: null,
};

/** A rebuild that finds one field to change. @param bodies collects the requests that are not dry runs */
export function rebuildRoute(bodies: unknown[]): Route {
  return route({
    method: 'post',
    path: '/orders/{shop}/{orderId}/rebuild',
    role: 'operator',
    about: '',
    body: rebuildRequest,
    answer: rebuildAnswer,
    handle: ({ body }) => {
      if (body.dryRun) return Promise.resolve(REBUILD);
      bodies.push(body);
      return Promise.resolve({ did: 'it was done' });
    },
  });
}
