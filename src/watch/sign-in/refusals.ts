import type { Act, AuditLog } from '../../persist/audit-log.ts';
import type { Part } from '../../system/lifecycle.ts';

/** Entries that one token's refusals may make in a minute; what comes beyond becomes one, with the count. */
const MOST_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const LOOK_MS = 5000;

interface Recent {
  since: number;
  written: number;
  /** What was not written, by action. */
  folded: Map<string, number>;
  last: Act | null;
}

/**
 * Writes down what was refused. The audit is kept for ever: who may do nothing must not be able to fill it, so what
 * is refused too often is counted, and written when its minute is over or the program stops. A process that dies
 * loses that count, of acts that never were.
 */
export class Refusals implements Part {
  readonly name = 'refusals';
  readonly #audit: AuditLog;
  readonly #now: () => number;
  readonly #recent = new Map<string, Recent>();
  #timer: NodeJS.Timeout | null = null;

  constructor(audit: AuditLog, now: () => number = Date.now) {
    this.#audit = audit;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => void this.fold(), LOOK_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.fold(Infinity);
  }

  /** @param by whose refusals are counted together: a token's root, or all of whom nobody knows. Does not throw. */
  async write(by: string, act: Act, why: string): Promise<void> {
    await this.fold();
    const known = this.#recent.get(by);
    const recent = known ?? { since: this.#now(), written: 0, folded: new Map(), last: null };
    this.#recent.set(by, recent);
    if (recent.written < MOST_A_MINUTE) {
      recent.written += 1;
      await this.#audit.refused(act, why);
      return;
    }
    recent.folded.set(act.action, (recent.folded.get(act.action) ?? 0) + 1);
    recent.last = act;
  }

  /** Writes what was counted in minutes that are over. */
  async fold(now: number = this.#now()): Promise<void> {
    const over = [...this.#recent].filter(([, { since }]) => now - since >= MINUTE_MS);
    for (const [by] of over) this.#recent.delete(by);
    await Promise.all(over.map(([, recent]) => this.#writeFolded(recent)));
  }

  async #writeFolded({ folded, last }: Recent): Promise<void> {
    if (!last) return;
    const count = [...folded.values()].reduce((sum, each) => sum + each, 0);
    const each = [...folded].map(([action, times]) => `${action} ${times}`).join(', ');
    const act = { ...last, target: 'requests of a minute', reason: null };
    await this.#audit.refused(act, `refused beyond those above: ${count} (${each})`);
  }
}
