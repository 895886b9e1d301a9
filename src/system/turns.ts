/**
 * Long work in short pieces. Between two pieces the event loop does everything else: extend locks, answer
 * `/healthz`, drain other orders. A piece that cannot be divided (one JSON.parse) takes as long as it takes.
 */

/** Long enough that a turn (some 20 µs) costs nothing, short enough that nobody notices. */
const TURN_MS = 5;

let last: Promise<void> = Promise.resolve();

/** All long work of a process stands in one line: each round of the event loop continues one of them. */
function turn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/** Says when a long work has had its turn. */
export class Pace {
  #began = performance.now();

  /** To be asked between two pieces: after {@link TURN_MS} it waits for the next turn. */
  async rest(): Promise<void> {
    if (performance.now() - this.#began < TURN_MS) return;
    await turn();
    this.#began = performance.now();
  }
}

/** Runs work that yields where it may be interrupted. */
export async function inTurns<Answer>(work: Iterator<void, Answer>, pace = new Pace()): Promise<Answer> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await pace.rest();
  }
}
