/**
 * Divides long work into short pieces. Between two pieces the event loop can do other things: extend locks,
 * answer `/healthz`, drain other orders. A piece that cannot be divided (one JSON.parse) still blocks for its
 * whole time.
 */

/** Long enough that yielding (about 20 µs) costs nothing, short enough not to be noticed. */
const TURN_MS = 5;

let last: Promise<void> = Promise.resolve();

/** All long work of a process shares one queue: each round of the event loop continues one of them. */
function turn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/** Tells long work when to yield. */
export class Pace {
  #began = performance.now();

  /** Call between two pieces: once {@link TURN_MS} have passed, it waits for the next turn. */
  async rest(): Promise<void> {
    if (performance.now() - this.#began < TURN_MS) return;
    await turn();
    this.#began = performance.now();
  }
}

/** Runs an iterator to its end, with a rest between its steps where needed. */
export async function inTurns<Answer>(work: Iterator<void, Answer>, pace = new Pace()): Promise<Answer> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await pace.rest();
  }
}
