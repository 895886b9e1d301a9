import { because } from '../shapes/mailboxes.ts';
import {
  backfillRequest,
  destination,
  destinationAnswer,
  destinationList,
  destinationPlace,
  destinationPut,
  destinationTested,
} from '../shapes/destinations.ts';
import { preview, previewAsked } from '../shapes/preview.ts';
import { did } from '../shapes/mailboxes.ts';
import {
  deleteDestination,
  oneOf,
  putDestination,
  startBackfill,
  testDestination,
  unknown,
  viewOf,
  type DestinationTools,
} from '../steering/destinations.ts';

import { previewDestination } from '../steering/preview.ts';
import { route, type Route } from './route.ts';

/** Where effects go. Secrets are shown only when they are made. */
export function destinationRoutes(tools: DestinationTools): Route[] {
  return [...lookingRoutes(tools), putRoute(tools), ...stateRoutes(tools), ...otherRoutes(tools)];
}

function lookingRoutes(tools: DestinationTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/destinations',
      role: 'viewer',
      scope: 'global',
      about: 'Destinations with their open effects, by name.',
      answer: destinationList,
      handle: async () => {
        const all = await tools.store.all();
        return { destinations: await Promise.all(all.map((each) => viewOf(each, tools))) };
      },
    }),
    route({
      method: 'get',
      path: '/destinations/{name}',
      role: 'viewer',
      scope: 'global',
      about: 'One destination with its open effects.',
      params: destinationPlace,
      answer: destination,
      handle: async ({ params: { name } }) => await viewOf(await oneOf(name, tools), tools),
    }),
  ];
}

function putRoute(tools: DestinationTools): Route {
  return route({
    method: 'put',
    path: '/destinations/{name}',
    role: 'admin',
    scope: 'global',
    about:
      'Adds or changes a destination: fields that are absent get their defaults. A new one gets the changes that it asks for from now on, and the history first if `from` says so. Only the answer contains a secret that was made.',
    params: destinationPlace,
    body: destinationPut,
    answer: destinationAnswer,
    audit: ({ params }) => ({ action: 'destination.put', target: `destination ${params.name}` }),
    handle: async ({ params: { name }, body }) => await putDestination(name, body, tools),
  });
}

function stateRoutes(tools: DestinationTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/destinations/{name}/pause',
      role: 'operator',
      scope: 'global',
      about: 'Pauses a destination within a second. Its effects wait.',
      params: destinationPlace,
      body: because,
      answer: destinationAnswer,
      audit: ({ params }) => ({ action: 'destination.pause', target: `destination ${params.name}` }),
      handle: async ({ params: { name }, body: { reason } }) => {
        const paused = (await tools.store.pause(name, reason, 'operator')) ?? unknown(name);
        return { ...(await viewOf(paused, tools)), did: 'paused: its effects wait' };
      },
    }),
    route({
      method: 'post',
      path: '/destinations/{name}/resume',
      role: 'operator',
      scope: 'global',
      about: 'Resumes a destination within a second.',
      params: destinationPlace,
      body: because,
      answer: destinationAnswer,
      audit: ({ params }) => ({ action: 'destination.resume', target: `destination ${params.name}` }),
      handle: async ({ params: { name } }) => {
        const resumed = (await tools.store.resume(name)) ?? unknown(name);
        return { ...(await viewOf(resumed, tools)), did: 'resumed: waiting effects are sent' };
      },
    }),
  ];
}

function otherRoutes(tools: DestinationTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/destinations/preview',
      role: 'admin',
      scope: 'filtered',
      about:
        'What a destination with these settings would have been sent for the newest changes. Nothing is sent. Customer data is masked; the filter gets it as it is.',
      body: previewAsked,
      answer: preview,
      withinMs: 60_000,
      handle: async ({ body, who: { shops } }) => await previewDestination(body, shops, tools),
    }),
    route({
      method: 'post',
      path: '/destinations/{name}/test',
      role: 'operator',
      scope: 'global',
      about:
        'Sends a sample of the type `lockstep/test`, signed like any message, and answers what came back.',
      params: destinationPlace,
      body: because,
      answer: destinationTested,
      withinMs: 130_000,
      audit: ({ params }) => ({ action: 'destination.test', target: `destination ${params.name}` }),
      handle: async ({ params: { name } }) => await testDestination(name, tools),
    }),
    route({
      method: 'post',
      path: '/destinations/{name}/backfill',
      role: 'admin',
      scope: 'global',
      about:
        'Sends the history of all orders to a destination, at its `backfillRate`. Changes that it has got already are not sent again.',
      params: destinationPlace,
      body: backfillRequest,
      answer: destinationAnswer,
      audit: ({ params }) => ({ action: 'destination.backfill', target: `destination ${params.name}` }),
      handle: async ({ params: { name }, body }) => await startBackfill(name, body, tools),
    }),
    route({
      method: 'delete',
      path: '/destinations/{name}',
      role: 'admin',
      scope: 'global',
      about: 'Deletes a destination. Effects that were not sent are skipped, and stay in the lists.',
      params: destinationPlace,
      body: because,
      answer: did,
      audit: ({ params }) => ({ action: 'destination.delete', target: `destination ${params.name}` }),
      handle: async ({ params: { name } }) => ({ did: await deleteDestination(name, tools) }),
    }),
  ];
}
