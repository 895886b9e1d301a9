import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ApiProblem } from './api-problem.ts';
import { ask, type Params } from './api.ts';
import { tryAgain, useRefetch, type Watching } from './use-api.ts';

/** A paged list: the pages loaded so far, and how to load more. */
export interface CursorPages<T> {
  pages: T[];
  /** Nothing to show yet. */
  loading: boolean;
  problem: ApiProblem | null;
  more: boolean;
  loadingMore: boolean;
  onMore: () => void;
  asOf: Date | null;
}

/** Every refetch loads all of these pages again, so their number is limited. */
const MOST_PAGES = 20;

/** A list of the API that is paged by cursors, kept current like an answer of {@link useApi}: another place starts empty. */
export function useCursorPages<T extends { cursor: string | null }>(
  place: string,
  params: Params = {},
  { watch, enabled = true }: Watching = {},
): CursorPages<T> {
  useRefetch([place, 'pages', params], enabled ? watch : undefined);
  const query = useInfiniteQuery({
    queryKey: [place, 'pages', params],
    queryFn: ({ pageParam }: { pageParam: string | null }) => ask<T>(place, { ...params, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
    enabled,
    placeholderData: (previous, earlier) =>
      earlier?.queryKey[0] === place ? keepPreviousData(previous) : undefined,
    refetchInterval: ({ state }) => tryAgain(state.error as ApiProblem | null),
  });
  const pages = query.data?.pages ?? [];
  return {
    pages,
    loading: query.isPending,
    problem: query.error as ApiProblem | null,
    more: query.hasNextPage && pages.length < MOST_PAGES,
    loadingMore: query.isFetchingNextPage,
    onMore: () => void query.fetchNextPage(),
    asOf: query.dataUpdatedAt > 0 ? new Date(query.dataUpdatedAt) : null,
  };
}
