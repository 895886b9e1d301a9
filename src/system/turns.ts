/**
 * Divides long work into short pieces. Between two rounds of them, the event loop can do other things: extend locks,
 * answer `/healthz`, read what MongoDB answered. A piece that cannot be divided (one JSON.parse) still blocks for its
 * whole time.
 *
 * All long work of a process shares the time of a round. Short work runs as a whole: many orders are decided in one
 * round, and committed together.
 */

/** Long enough that yielding (about 20 µs) costs nothing, short enough not to be noticed. */
const ROUND_MS = 5;

/** When the first piece of this round of the event loop began; null: none has. */
let began: number | null = null;
/** Work that continues in a later round; the first has waited longest. */
let waiting: (() => void)[] = [];

function hasTime(): boolean {
  if (began === null) {
    began = performance.now();
    setImmediate(nextRound);
  }
  return performance.now() - began < ROUND_MS;
}

function nextRound(): void {
  began = null;
  const queue = waiting;
  waiting = [];
  while (queue.length > 0 && hasTime()) queue.shift()?.();
  // What has run in this round comes after what has not.
  waiting = [...queue, ...waiting];
}

/** Whether work waits for a later round. */
export function isWorkWaiting(): boolean {
  return waiting.length > 0;
}

/** Runs an iterator to its end. Where a round has no time left, it continues in a later one. */
export function inTurns<Answer>(work: Iterator<void, Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const run = () => {
      try {
        while (hasTime()) {
          const step = work.next();
          if (step.done) return resolve(step.value);
        }
        waiting.push(run);
      } catch (error) {
        reject(error as Error);
      }
    };
    run();
  });
}
