import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiProblem } from '../api.ts';

/** How far an answer is read, as a table says it: loading, what went wrong, and of when the rows are. */
export function readingOf(query: UseQueryResult<unknown, ApiProblem>) {
  return {
    loading: query.isPending && !query.isError,
    problem: query.error,
    asOf: query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt) : null,
  };
}
