import type { Logger } from './log.ts';
import { TooSlow, within } from './within.ts';

/** Something that a program starts and stops. */
export interface Part {
  name: string;
  start?: () => Promise<void> | void;
  /** May take up to SHUTDOWN_MS. Work that is unfinished by then must be safe to abandon. */
  stop: () => Promise<void> | void;
}

/**
 * Starts parts in order, and stops them in reverse order. A part that does not stop in time is abandoned.
 * Nothing is lost by that: everything that Lockstep has accepted is durable (P2, P6).
 */
export class Lifecycle {
  readonly #started: Part[] = [];
  readonly #log: Logger;
  readonly #shutdownMs: number;
  #stopping: Promise<void> | null = null;

  constructor(log: Logger, shutdownMs: number) {
    this.#log = log;
    this.#shutdownMs = shutdownMs;
  }

  /** Starts one part. If that fails, the parts before it are stopped. @throws the part's error */
  async start(part: Part): Promise<void> {
    try {
      await part.start?.();
      this.#started.push(part);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops everything once; later calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const deadline = Date.now() + this.#shutdownMs;
    for (const part of this.#started.toReversed()) {
      const outcome = await settleBefore(part, Math.max(deadline - Date.now(), 100));
      if (outcome !== 'stopped') this.#log.warn({ part: part.name, outcome }, 'part did not stop cleanly');
    }
  }

  /** Stops on SIGTERM, SIGINT, or when the parent process closes its channel. A second signal exits at once. */
  stopOnSignals(): void {
    let asked = false;
    const onSignal = (signal: string) => {
      if (asked) process.exit(1);
      asked = true;
      this.#log.info({ signal }, 'stopping');
      void this.stop().then(() => process.exit(0));
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
      process.on(signal, () => onSignal(signal));
  }
}

async function settleBefore(part: Part, ms: number): Promise<'stopped' | 'timed out' | 'failed'> {
  const stop = async () => await part.stop();
  try {
    await within(stop(), ms);
    return 'stopped';
  } catch (error) {
    return error instanceof TooSlow ? 'timed out' : 'failed';
  }
}
