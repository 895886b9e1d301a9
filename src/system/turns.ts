/**
 * Long work in short pieces. Between two pieces the event loop does everything else: extend locks, answer
 * `/healthz`, drain other orders. A piece that cannot be divided (one JSON.parse) takes as long as it takes.
 */

/** Long enough that a turn (some 20 µs) costs nothing, short enough that nobody notices. */
const TURN_MS = 5;

let last: Promise<void> = Promise.resolve();

/**
 * Waits for one round of the event loop. All long work of a process stands in one line: each round continues
 * one of them, so that 200 large orders together do not hold the loop for 200 pieces.
 */
export function turn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/** Runs work that yields where it may be interrupted. */
export async function inTurns<Answer>(work: Iterator<void, Answer>): Promise<Answer> {
  for (let began = performance.now(); ;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await turn();
    began = performance.now();
  }
}
