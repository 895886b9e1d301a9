import { loadTestList, type LoadTestList } from '../shapes/system.ts';
import { route, type Route } from './route.ts';

export interface LoadTestTools {
  loadTests: { list: () => Promise<LoadTestList> };
}

export function loadTestRoutes({ loadTests }: LoadTestTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/load-tests',
      role: 'viewer',
      scope: 'global',
      about: 'Reports of load tests that ran here, newest first.',
      answer: loadTestList,
      handle: () => loadTests.list(),
    }),
  ];
}
