import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Now } from '../watch/shapes/system.ts';
import { ask, type ApiProblem, type Params } from './api.ts';
import { dialogIsOpen } from './components/open-dialogs.ts';
import { useNowMark } from './live.tsx';

/** What concerns a page may change each second; it is asked for again every 2 s at most. */
const REFETCH_MS = 2000;
/** A page whose question failed tries again by itself. */
const TRY_AGAIN_MS = 5000;

export interface Watching {
  /** What of the stream concerns this answer: it is asked for again when that changes. */
  watch?: (now: Now) => unknown;
  /** False: not asked (yet). */
  enabled?: boolean;
}

/**
 * An answer of the API, kept fresh by the stream: nothing polls. While filters change, what stood there stays;
 * another place (another order) begins empty.
 */
export function useApi<T>(
  place: string,
  params: Params = {},
  { watch, enabled = true }: Watching = {},
): UseQueryResult<T, ApiProblem> {
  useRefetch([place, params], enabled ? watch : undefined);
  return useQuery<T, ApiProblem>({
    queryKey: [place, params],
    queryFn: () => ask<T>(place, params),
    enabled,
    placeholderData: (previous, query) =>
      query?.queryKey[0] === place ? keepPreviousData(previous) : undefined,
    refetchInterval: ({ state }) => tryAgain(state.error),
  });
}

/** What was refused for good (4xx) is not asked again; what could not be answered is. */
export function tryAgain(error: ApiProblem | null): number | false {
  return error && (error.status === 0 || error.status >= 500) ? TRY_AGAIN_MS : false;
}

/** Asks again when what is watched changed, at most every 2 s, and never under an open dialog. */
export function useRefetch(key: readonly unknown[], watch: ((now: Now) => unknown) | undefined): void {
  const queries = useQueryClient();
  const mark = useNowMark(watch ?? (() => null));
  const keyText = JSON.stringify(key);
  const seen = useRef(mark);
  const last = useRef(0);
  useEffect(() => {
    if (mark === seen.current) return;
    const first = seen.current === '';
    seen.current = mark;
    if (first) return;
    const refetch = () => {
      if (dialogIsOpen()) return;
      last.current = Date.now();
      void queries.invalidateQueries({ queryKey: JSON.parse(keyText) as unknown[], exact: true });
    };
    const timer = setTimeout(refetch, Math.max(0, last.current + REFETCH_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [mark, keyText, queries]);
}
