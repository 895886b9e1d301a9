import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { History, Sample } from '../../watch/shapes/system.ts';
import { ask, type ApiProblem } from '../client/api.ts';
import { useNow } from '../client/live.tsx';
import { tryAgain } from '../client/use-api.ts';

/** 15 minutes at one sample per second, as in /history. */
const KEPT = 900;

/** The last 15 minutes: /history once (and after an interruption), then samples from the stream. */
export function useSamples(): { samples: Sample[]; loading: boolean; problem: ApiProblem | null } {
  const { now } = useNow();
  const history = useQuery<History, ApiProblem>({
    queryKey: ['/history'],
    queryFn: () => ask<History>('/history'),
    staleTime: Infinity,
    refetchInterval: ({ state }) => tryAgain(state.error),
  });
  const added = useRef<Sample[]>([]);
  const sample = now?.sample ?? null;
  const samples = useMemo(() => {
    const told = history.data?.samples ?? [];
    const newest = told.at(-1)?.at ?? '';
    if (sample && sample.at > (added.current.at(-1)?.at ?? '')) added.current.push(sample);
    added.current = added.current.filter(({ at }) => at > newest).slice(-KEPT);
    return [...told, ...added.current].slice(-KEPT);
  }, [history.data, sample]);
  return { samples, loading: history.isPending, problem: history.error };
}
