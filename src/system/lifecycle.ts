import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './log.ts';
import { TooSlow, within } from './within.ts';

/** Something that a program starts and stops. */
export interface Component {
  name: string;
  start?: () => Promise<void> | void;
  /** May take up to SHUTDOWN_MS. Work that is unfinished by then must be safe to abandon. */
  stop: () => Promise<void> | void;
}

/**
 * Starts components in order, and stops them in reverse order. A component that does not stop in time is abandoned.
 * Nothing is lost by that: everything that Lockstep has accepted is durable (P2, P6).
 */
export class Lifecycle {
  readonly #started: Component[] = [];
  readonly #log: Logger;
  readonly #shutdownMs: number;
  readonly #leaving = new AbortController();
  #stopped: Promise<void> | null = null;

  constructor(log: Logger, shutdownMs: number) {
    this.#log = log;
    this.#shutdownMs = shutdownMs;
  }

  /** Starts one component. If that fails, the components before it are stopped. @throws the component's error */
  async start(component: Component): Promise<void> {
    try {
      await component.start?.();
      this.#started.push(component);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Aborted when the program is told to stop, before anything stops. */
  get stopping(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Stops everything once; later calls wait for the first. */
  stop(): Promise<void> {
    this.#leaving.abort();
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    const deadline = Date.now() + this.#shutdownMs;
    for (const component of this.#started.toReversed()) {
      const outcome = await settleBefore(component, Math.max(deadline - Date.now(), 100));
      if (outcome !== 'stopped')
        this.#log.warn({ component: component.name, outcome }, 'component did not stop cleanly');
    }
  }

  /**
   * Stops on SIGTERM, SIGINT, or when the parent process closes its channel. A second signal exits at once.
   * @param delayMs how long everything continues, so that load balancers find another program first
   */
  stopOnSignals(delayMs = 0): void {
    const onSignal = async (signal: string) => {
      if (this.stopping.aborted) process.exit(1);
      this.#log.info({ signal, ...(delayMs > 0 && { delayMs }) }, 'stopping');
      this.#leaving.abort();
      if (delayMs > 0) await sleep(delayMs);
      await this.stop();
      process.exit(0);
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
      process.on(signal, () => void onSignal(signal));
  }
}

async function settleBefore(component: Component, ms: number): Promise<'stopped' | 'timed out' | 'failed'> {
  const stop = async () => await component.stop();
  try {
    await within(stop(), ms);
    return 'stopped';
  } catch (error) {
    return error instanceof TooSlow ? 'timed out' : 'failed';
  }
}
