import type { Worker } from 'bullmq';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';

const ASK_AGAIN_MS = 500;

/** The tools of a pauser. */
export interface PauserTools {
  /** Resolves if drains may continue; throws while they may not. */
  ready: () => Promise<void>;
  log: Logger;
  onChange: (paused: boolean) => void;
}

/**
 * Pauses all drains of this process while they could only fail (MongoDB is down) or would be too early (Redis
 * was down, and the spool is not moved yet), instead of wasting attempts. Running drains are not interrupted.
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

  /** Sets the workers to pause, which are created after the pauser. */
  over(workers: readonly Worker[]): void {
    this.#workers = workers;
  }

  /** Pauses until `ready` resolves. Further calls while paused change nothing. */
  hold(because: string): void {
    if (this.#paused || this.#stopped) return;
    this.#paused = true;
    this.#tools.onChange(true);
    this.#tools.log.warn({ because }, 'drains paused');
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
      this.#tools.log.debug({ because: messageOf(error) }, 'drains stay paused');
      if (!this.#stopped) this.#timer = setTimeout(() => void this.#resumeWhenReady(), ASK_AGAIN_MS);
      return;
    }
    if (this.#stopped) return;
    this.#paused = false;
    this.#tools.onChange(false);
    this.#tools.log.info('drains resumed');
    for (const worker of this.#workers)
      worker
        .resume()
        .catch((error: unknown) => this.#tools.log.error({ because: messageOf(error) }, 'worker ended'));
  }
}
