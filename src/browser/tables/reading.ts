import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiProblem } from '../client/api-problem.ts';

/** The state of a query as a table's props: loading, the problem, and the time of the rows. */
export function readingOf(query: UseQueryResult<unknown, ApiProblem>) {
  return {
    loading: query.isPending && !query.isError,
    problem: query.error,
    asOf: query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt) : null,
  };
}
