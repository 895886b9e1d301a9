import { markBrokenOff } from '../../persist/audit-log.ts';
import { CONTINUED } from '../../persist/audited-once.ts';
import type { Collections } from '../../persist/collections.ts';
import { messageOf } from '../../system/errors.ts';
import type { Part } from '../../system/lifecycle.ts';
import type { Logger } from '../../system/log.ts';

interface BrokenOffTools {
  audit: Collections['audit'];
  now: () => number;
  log: Logger;
}

const LOOK_MS = 5000;

/**
 * Ends the audit entries of acts whose program died in the middle (P8). Safe in any number of processes: each entry is
 * ended once. While MongoDB is down, entries stay `begun`.
 */
export class BrokenOff implements Part {
  readonly name = 'acts broken off';
  readonly #tools: BrokenOffTools;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(tools: BrokenOffTools) {
    this.#tools = tools;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#mark().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #mark(): Promise<void> {
    const { audit, now, log } = this.#tools;
    try {
      const acts = await markBrokenOff(audit, CONTINUED, new Date(now()));
      if (acts > 0) log.warn({ acts }, 'acts were broken off: the audit names them');
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'could not look for acts that were broken off');
    }
  }
}
