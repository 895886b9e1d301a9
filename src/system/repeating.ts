import type { Component } from './lifecycle.ts';

/** Work that a program repeats on a timer, one run at a time. */
export interface Repeating extends Component {
  start: () => void;
  /** Starts a run, or waits for the current one. Never throws. */
  once: () => Promise<void>;
}

/** @param onFailure called with what a run threw; the timer starts the next run anyway */
export function repeating(
  name: string,
  everyMs: number,
  work: () => Promise<void>,
  onFailure: (error: unknown) => void,
): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  const once = () => {
    running ??= work()
      .catch(onFailure)
      .finally(() => (running = null));
    return running;
  };
  return {
    name,
    once,
    start: () => {
      timer = setInterval(() => void once(), everyMs);
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
