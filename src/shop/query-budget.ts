import { setTimeout as sleep } from 'node:timers/promises';
import type { Cost } from './admin-api.ts';

/**
 * The share of a shop's bucket that reconciliation may use. The rest is for the merchant's page and other
 * work of the app that cannot wait. Shopify reserves the whole cost of a query before it answers, so the
 * whole cost must fit.
 */
const SHARE = 0.5;
const MOST_KINDS = 200;
/** Until the first answer: the smallest bucket that any plan ever had. */
const UNKNOWN = { maximum: 1000, available: 1000, restorePerSecond: 50, at: 0 };

/** One shop's bucket: the level in the last answer, plus what has been restored since. */
export class QueryBudget {
  readonly #share: number;
  #level = UNKNOWN;
  /** Measured cost of one item, by kind of query. */
  readonly #costs = new Map<string, number>();

  constructor(share = SHARE) {
    this.#share = share;
  }

  /** How many items of a kind one query may request: at most `most`, at least one. */
  itemsOf(kind: string, estimate: number, most: number): number {
    const each = this.#costs.get(kind) ?? estimate;
    return Math.max(1, Math.min(most, Math.floor((this.#level.maximum * this.#share) / each)));
  }

  /**
   * Waits until the query fits into our share of the bucket. A query that is larger than our share waits for
   * a full bucket.
   */
  async untilAffordable(kind: string, items: number, estimate: number, signal: AbortSignal): Promise<void> {
    const cost = items * (this.#costs.get(kind) ?? estimate);
    const { maximum, restorePerSecond } = this.#level;
    const needed = Math.min(maximum, maximum * (1 - this.#share) + cost);
    const lacking = needed - this.#available();
    if (lacking > 0) await sleep(Math.ceil((lacking / restorePerSecond) * 1000), undefined, { signal });
  }

  learn(kind: string, items: number, cost: Cost): void {
    if (cost.maximum > 0 && cost.restorePerSecond > 0) this.#level = { ...cost, at: performance.now() };
    // Documents of handlers may be many.
    if (this.#costs.size >= MOST_KINDS) this.#costs.clear();
    if (cost.requested > 0) this.#costs.set(kind, cost.requested / items);
  }

  #available(): number {
    const { available, maximum, restorePerSecond, at } = this.#level;
    return Math.min(maximum, available + ((performance.now() - at) / 1000) * restorePerSecond);
  }
}
