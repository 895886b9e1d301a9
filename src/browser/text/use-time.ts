import { useCallback, useSyncExternalStore } from 'react';

/** The time of the browser in ms, in whole steps. A component that uses it renders at every step. */
export function useTime(stepMs: number): number {
  const subscribe = useCallback(
    (onStep: () => void) => {
      const timer = setInterval(onStep, stepMs);
      return () => clearInterval(timer);
    },
    [stepMs],
  );
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / stepMs) * stepMs);
}
