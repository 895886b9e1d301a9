import { useQuery } from '@tanstack/react-query';
import type { ApiProblem } from './api-problem.ts';
import { tell } from './api.ts';

/**
 * A dry run: how many `counted` a request covers now. Each dialog counts again; the count is not audited.
 * @param which the part of the request that the count depends on
 */
export function useCount<Counted extends string>(
  place: string,
  counted: Counted,
  which: object,
  more: object = {},
) {
  return useQuery<number, ApiProblem>({
    queryKey: ['dry run', place, which],
    queryFn: async () => {
      const body = { ...which, ...more, reason: 'only counts', dryRun: true };
      return (await tell<Record<Counted, number>>(place, body))[counted];
    },
    staleTime: 0,
    gcTime: 0,
  });
}
