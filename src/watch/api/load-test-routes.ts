import type { LoadTestReports } from '../load-test-reports.ts';
import { loadTestList } from '../shapes/system.ts';
import { route, type Route } from './route.ts';

export interface LoadTestTools {
  loadTests: LoadTestReports;
}

export function loadTestRoutes({ loadTests }: LoadTestTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/load-tests',
      role: 'viewer',
      about: 'Reports of load tests that ran here, newest first.',
      answer: loadTestList,
      handle: () => loadTests.list(),
    }),
  ];
}
