import type { Worker } from 'bullmq';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';

const ASK_AGAIN_MS = 500;

/** What a pauser works with. */
export interface PauserTools {
  /** Resolves once drains may go on; throws while they may not. */
  ready: () => Promise<void>;
  log: Logger;
  onChange: (paused: boolean) => void;
}

/**
 * Holds all drains of this process while they could only fail (MongoDB away) or would be early (the
 * spool not moved yet after Redis was away), instead of burning attempts. Drains under way end as they can.
 */
export class DrainPauser {
  readonly #tools: PauserTools;
  #workers: readonly Worker[] = [];
  #timer: NodeJS.Timeout | null = null;
  #paused = false;
  #stopped = false;

  constructor(tools: PauserTools) {
    this.#tools = tools;
  }

  /** Says whom to pause; they need the pauser before they are there. */
  over(workers: readonly Worker[]): void {
    this.#workers = workers;
  }

  /** Pauses until `ready` answers. More reasons while paused change nothing. */
  hold(reason: string): void {
    if (this.#paused || this.#stopped) return;
    this.#paused = true;
    this.#tools.onChange(true);
    this.#tools.log.warn({ reason }, 'drains paused');
    for (const worker of this.#workers) void worker.pause(true);
    void this.#resumeWhenReady();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #resumeWhenReady(): Promise<void> {
    try {
      await this.#tools.ready();
    } catch (error) {
      this.#tools.log.debug({ reason: messageOf(error) }, 'drains stay paused');
      if (!this.#stopped) this.#timer = setTimeout(() => void this.#resumeWhenReady(), ASK_AGAIN_MS);
      return;
    }
    if (this.#stopped) return;
    this.#paused = false;
    this.#tools.onChange(false);
    this.#tools.log.info('drains go on');
    for (const worker of this.#workers)
      worker
        .resume()
        .catch((error: unknown) => this.#tools.log.error({ reason: messageOf(error) }, 'worker ended'));
  }
}
