import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { History, Sample } from '../../operate/shapes/system.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { ask } from '../client/api.ts';
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
  const [added, setAdded] = useState<Sample[]>([]);
  const sample = now?.sample;
  if (sample && sample.at > (added.at(-1)?.at ?? '')) setAdded([...added, sample].slice(-KEPT));
  const samples = useMemo(() => {
    const stored = history.data?.samples ?? [];
    const newest = stored.at(-1)?.at ?? '';
    return [...stored, ...added.filter(({ at }) => at > newest)].slice(-KEPT);
  }, [history.data, added]);
  return { samples, loading: history.isPending, problem: history.error };
}
