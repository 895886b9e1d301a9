import { useMutation, useQuery } from '@tanstack/react-query';
import type { Reconcile } from '../../operate/shapes/reconcile.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { ask, tell } from '../client/api.ts';

const LOOK_EVERY_MS = 700;
const isOpen = (pass: Reconcile | undefined) => pass?.state === 'asked' || pass?.state === 'running';

/** A dry-run reconciliation of a shop: started, and followed to its end. It writes only its own record. */
export function useDryPass(shop: string) {
  const asking = useMutation<Reconcile, ApiProblem, { since: string } | { all: true }>({
    mutationFn: (window) => {
      const body = { shop, ...window, dryRun: true, reason: 'dry run from the dashboard' };
      return tell<Reconcile>('/reconciles', body);
    },
  });
  const id = asking.data?.id ?? null;
  const following = useQuery<Reconcile, ApiProblem>({
    queryKey: ['dry pass', id],
    queryFn: () => ask<Reconcile>(`/reconciles/${id}`),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : LOOK_EVERY_MS),
    gcTime: 0,
  });
  const pass = following.data ?? asking.data;
  return {
    pass,
    begin: asking.mutate,
    forget: asking.reset,
    underWay: asking.isPending || isOpen(pass),
    problem: asking.error ?? following.error,
  };
}
