import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const CLOCK = { NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'shifted-clock.mjs')}` };

/** An environment in which a program's clock is wrong. */
export function clockOff(ms: number): NodeJS.ProcessEnv {
  return { ...CLOCK, CLOCK_SHIFT_MS: String(ms) };
}

/** The clock of some programs, which a test sets while they run. */
export class SetClock {
  readonly #file: string;
  #aheadMs = 0;

  /** @param file that programs read */
  constructor(file: string) {
    this.#file = file;
    this.set(Date.now());
  }

  get env(): NodeJS.ProcessEnv {
    return { ...CLOCK, CLOCK_FILE: this.#file };
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Programs notice it within milliseconds. */
  set(time: number): void {
    this.#aheadMs = time - Date.now();
    // Renamed: a program never reads half of it.
    writeFileSync(`${this.#file}.new`, String(this.#aheadMs));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
