import { statusWithin } from '../status/bound-status.ts';
import type { Sampler } from '../status/sampler.ts';
import { history, status, type SystemStatus } from '../shapes/system.ts';
import { route, type Route } from './route.ts';

export interface SystemTools {
  status: () => Promise<SystemStatus>;
  sampler: Pick<Sampler, 'history'>;
}

/** The current status and its history. Answers even while Redis and MongoDB are down. */
export function systemRoutes({ status: read, sampler }: SystemTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/status',
      role: 'viewer',
      scope: 'filtered',
      about: 'Overall status: one sentence, then the figures.',
      answer: status,
      handle: async ({ who: { shops } }) => statusWithin(shops, await read()),
    }),
    route({
      method: 'get',
      path: '/history',
      role: 'viewer',
      scope: 'global',
      about: 'Rates and waits of the last 15 minutes, second by second, as this process saw them.',
      answer: history,
      handle: () => Promise.resolve({ samples: sampler.history() }),
    }),
  ];
}
