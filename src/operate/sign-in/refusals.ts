import type { Act, AuditLog } from '../../persist/audit-log.ts';
import type { Component } from '../../system/lifecycle.ts';

/** Audit entries a minute for one token's refusals. Further refusals become one entry with their count. */
const MOST_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const LOOK_MS = 5000;

interface Recent {
  since: number;
  written: number;
  /** Counts of the refusals that were not written, by action. */
  folded: Map<string, number>;
  last: Act | null;
}

/**
 * Writes refused requests to the audit log. The log is kept forever, so a caller without rights must not be
 * able to fill it: refusals beyond the limit are only counted, and the count is written when their minute is
 * over or the program stops. If the process dies, that count is lost; the counted actions were never done.
 */
export class Refusals implements Component {
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

  /** Does not throw. @param by whose refusals are counted together: a token's root, or all unknown callers */
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

  /** Writes the counts of minutes that are over. */
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
    await this.#audit.refused(act, `further refusals: ${count} (${each})`);
  }
}
