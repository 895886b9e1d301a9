/** Messages of a destination that a publisher holds in memory. */
const HELD_BYTES = 64 * 1024 * 1024;
/** A size that is not seen again is forgotten after about twenty lanes. */
const FORGETS = 0.9;

/**
 * How many lanes of a job are read at once. Lanes that are read together share their queries, which halves their cost; but
 * their messages are in memory until their turn, so lanes with large messages are read one after another.
 */
export class ReadAhead {
  readonly #jobBytes: number;
  #laneBytes = 1;

  /** @param concurrency jobs at a time */
  constructor(concurrency: number) {
    this.#jobBytes = HELD_BYTES / concurrency;
  }

  /** At least 1. */
  get lanes(): number {
    return Math.max(1, Math.floor(this.#jobBytes / this.#laneBytes));
  }

  /** @param bytes of a lane's messages */
  saw(bytes: number): void {
    this.#laneBytes = Math.max(1, bytes, this.#laneBytes * FORGETS);
  }
}
