import { setTimeout as sleep } from 'node:timers/promises';
import type { Cost } from '../shop/admin-api.ts';

/**
 * How much of a shop's bucket reconciliation takes: the rest is the merchant's page's, and other work of the
 * app's that cannot wait. Shopify sets a query's whole cost aside before it answers, so that is what must fit.
 */
const SHARE = 0.5;
/** While nothing is known: a bucket of the smallest plan that ever was. */
const UNKNOWN = { maximum: 1000, available: 1000, restorePerSecond: 50, at: 0 };

/** One shop's bucket as its last answer told it, refilled by the clock. */
export class Points {
  readonly #share: number;
  #level = UNKNOWN;
  /** What one item of a kind of query was found to cost. */
  readonly #costs = new Map<string, number>();

  constructor(share = SHARE) {
    this.#share = share;
  }

  /** How many items of a kind one query may hold: at most `most`, at least one. */
  itemsOf(kind: string, estimate: number, most: number): number {
    const each = this.#costs.get(kind) ?? estimate;
    return Math.max(1, Math.min(most, Math.floor((this.#level.maximum * this.#share) / each)));
  }

  /**
   * Waits until the query leaves the bucket no lower than the rest that is not ours; one that is larger than our
   * share waits for a full bucket.
   */
  async untilAffordable(kind: string, items: number, estimate: number, signal: AbortSignal): Promise<void> {
    const cost = items * (this.#costs.get(kind) ?? estimate);
    const { maximum, restorePerSecond } = this.#level;
    const needed = Math.min(maximum, maximum * (1 - this.#share) + cost);
    const lacking = needed - this.#available();
    if (lacking > 0) await sleep(Math.ceil((lacking / restorePerSecond) * 1000), undefined, { signal });
  }

  told(kind: string, items: number, cost: Cost): void {
    if (cost.maximum > 0 && cost.restorePerSecond > 0) this.#level = { ...cost, at: performance.now() };
    if (cost.requested > 0) this.#costs.set(kind, cost.requested / items);
  }

  #available(): number {
    const { available, maximum, restorePerSecond, at } = this.#level;
    return Math.min(maximum, available + ((performance.now() - at) / 1000) * restorePerSecond);
  }
}
