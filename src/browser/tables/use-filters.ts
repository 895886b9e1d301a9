import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

type Filters<Name extends string> = Record<Name, string>;

/** Filters are kept in the URL, so that a view can be shared. '' means not set. */
export function useFilters<const Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Filters<Name>;
  const set = useCallback(
    (changed: Partial<Filters<Name>>) => {
      setParams((previous) => {
        const next = new URLSearchParams(previous);
        for (const [name, value] of Object.entries(changed) as [string, string][]) {
          if (value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      });
    },
    [setParams],
  );
  return { filters, set, any: names.some((name) => filters[name] !== '') };
}
