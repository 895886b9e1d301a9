import type { Answer } from './sinks/sink.ts';

/** Attempts in a row, of any lanes, that must fail before the destination is taken to be down. */
const FAILURES = 10;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Whether an answer says that the other side works. A refused message says so, too. */
const IS_UP: Record<Answer['outcome'], boolean> = {
  done: true,
  refused: true,
  gone: true,
  away: false,
  busy: false,
  unknown: false,
};

/**
 * Decides when a destination gets a pause because it is down: an outage of the other side would use up the schedule of
 * every waiting lane. After each pause some lanes try again, and every further failure doubles the pause.
 */
export class CircuitBreaker {
  #failures = 0;

  /** @returns how long all lanes should pause, in ms; 0: not at all. And whether this answer ended an outage */
  note(answer: Answer): { pauseMs: number; isBack: boolean } {
    const wasDown = this.isDown;
    this.#failures = IS_UP[answer.outcome] ? 0 : this.#failures + 1;
    const asked = answer.outcome === 'busy' ? (answer.afterMs ?? 0) : 0;
    return { pauseMs: Math.max(asked, this.#ownPause()), isBack: wasDown && this.isUp };
  }

  /** The last answer said that the other side works. */
  get isUp(): boolean {
    return this.#failures === 0;
  }

  /** So many attempts failed in a row that the destination is taken to be down. */
  get isDown(): boolean {
    return this.#failures >= FAILURES;
  }

  #ownPause(): number {
    const pauses = this.#failures - FAILURES;
    return pauses < 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pauses);
  }
}
