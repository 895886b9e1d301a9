/** How much memory a publisher uses for messages of a destination that are read ahead. */
const HELD_BYTES = 64 * 1024 * 1024;
/** After a large lane, the size that is assumed falls by a tenth with each smaller one. */
const DECAY = 0.9;

/**
 * How many lanes of a job are read at once. Lanes that are read together share their queries, which halves what they cost
 * MongoDB. But their messages stay in memory until they are sent, so lanes with large messages are read one by one.
 */
export class ReadAhead {
  readonly #jobBytes: number;
  #laneBytes = 1;

  /** @param concurrency how many jobs of the destination run at a time */
  constructor(concurrency: number) {
    this.#jobBytes = HELD_BYTES / concurrency;
  }

  /** At least 1. */
  get lanes(): number {
    return Math.max(1, Math.floor(this.#jobBytes / this.#laneBytes));
  }

  /** @param bytes of a lane's messages */
  saw(bytes: number): void {
    this.#laneBytes = Math.max(1, bytes, this.#laneBytes * DECAY);
  }
}
