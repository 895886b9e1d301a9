import { useQuery } from '@tanstack/react-query';
import { tell, type ApiProblem } from '../client/api.ts';
import type { Choice } from './parked-choice.ts';

/** A dry run: how many events a choice covers now. Each dialog counts again; the count is not audited. */
export function useCount(place: string, choice: Choice, more: object = {}) {
  return useQuery<number, ApiProblem>({
    queryKey: ['dry run', place, choice.which],
    queryFn: async () => {
      const body = { which: choice.which, ...more, reason: 'only counts', dryRun: true };
      return (await tell<{ events: number }>(place, body)).events;
    },
    staleTime: 0,
    gcTime: 0,
  });
}
