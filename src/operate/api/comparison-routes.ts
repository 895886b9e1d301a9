import { compared, compareRequest, repaired, repairRequest } from '../shapes/comparisons.ts';
import { destinationPlace } from '../shapes/destinations.ts';
import { compareDestination, repairDestination, type ComparisonTools } from '../steering/comparisons.ts';
import type { DestinationTools } from '../steering/destinations.ts';
import { route, type Route } from './route.ts';

/** Compares destinations with what was sent to them, and sends again what they lost. */
export function comparisonRoutes(tools: DestinationTools & ComparisonTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/destinations/{name}/compare',
      role: 'operator',
      scope: 'global',
      about:
        'Compares what the other side has with what it accepted: one part of up to 1,000 differences or 30 s; `next` continues. Reads it with `readBack`, or from the request. It changes nothing.',
      params: destinationPlace,
      body: compareRequest,
      answer: compared,
      withinMs: 130_000,
      handle: async ({ params: { name }, body }) => await compareDestination(name, body, tools),
    }),
    route({
      method: 'post',
      path: '/destinations/{name}/repair',
      role: 'operator',
      scope: 'global',
      about:
        'Sends the newest state of orders to a destination again, as messages of the type `lockstep/repaired`, each behind the effects of its order. Asked for twice, it is sent once.',
      params: destinationPlace,
      body: repairRequest,
      answer: repaired,
      audit: ({ params, body }) =>
        body.dryRun ? null : { action: 'destination.repair', target: `destination ${params.name}` },
      handle: async ({ params: { name }, body }) => await repairDestination(name, body, tools),
    }),
  ];
}
