import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Now } from '../../operate/shapes/system.ts';
import type { ApiProblem } from './api-problem.ts';
import { ask, type Params } from './api.ts';
import { dialogIsOpen } from '../dialogs/open-dialogs.ts';
import { useNowMark } from './live.tsx';

/** A page's data may change every second; it is fetched at most every 2 s. */
const REFETCH_MS = 2000;
/** How soon a page retries a failed request. */
const TRY_AGAIN_MS = 5000;

export interface Watching {
  /** The part of the stream that this answer depends on: a change in it triggers a refetch. */
  watch?: (now: Now) => unknown;
  /** False: no request (yet). */
  enabled?: boolean;
}

/**
 * An answer of the API, kept current by the stream without polling. While filters change, the previous answer
 * stays; another place (another order) starts empty.
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

/** Refused requests (4xx) are not retried; failed and unanswered ones are. */
export function tryAgain(error: ApiProblem | null): number | false {
  return error && (error.status === 0 || error.status >= 500) ? TRY_AGAIN_MS : false;
}

/** Refetches when the watched part changes, at most every 2 s, and never while a dialog is open. */
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
