import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminApi, Throttled } from '../shop/admin-api.ts';
import { QueryBudget } from '../shop/query-budget.ts';
import { Fault } from '../system/errors.ts';

/** A query whose cost grows with the number of items that it requests. */
interface PricedQuery<Answer> {
  kind: string;
  document: string;
  variables: object;
  items: number;
  /** Points per item, until an answer has shown the real cost. */
  estimate: number;
  /** @throws Fault shopify_away when the answer cannot be read */
  read: (data: unknown) => Answer;
}

/** Queries one shop's Admin API within its budget, and retries if that may help. */
export interface ThrottledApi {
  /**
   * @throws Fault shopify_refused, not_installed at once; shopify_away, shopify_throttled after the last retry
   * @throws ComeBack when Shopify asks for a long pause
   */
  ask: <Answer>(query: PricedQuery<Answer>) => Promise<Answer>;
  itemsOf: (kind: string, estimate: number, most: number) => number;
  /** Points used since the last call of this function. */
  spent: () => number;
}

export interface RetryPolicy {
  /** The first pause; each further one is twice as long. */
  firstMs: number;
  longestMs: number;
  tries: number;
}

/** If Shopify asks for a longer pause than this, the pass fails, and the next scheduled one tries again. */
const LONGEST_TOLD_MS = 120_000;
/** For a longer pause than this, the pass gives its place to other shops and continues later. */
const LONGEST_PAUSE_MS = 10_000;

/** Shopify asks for a long pause. The pass continues later, from the cursor that was stored. */
export class ComeBack extends Error {
  override readonly name = 'ComeBack';
  readonly ms: number;
  /** The fault that ends the pass if it has already taken too long to wait. */
  readonly fault: Throttled;
  constructor(ms: number, fault: Throttled) {
    super(`Shopify asks for a pause of ${Math.round(ms / 1000)} s`);
    this.ms = ms;
    this.fault = fault;
  }
}

export interface ThrottledApiTools {
  api: AdminApi;
  patience: RetryPolicy;
  onThrottled: () => void;
}

/** With our own backoff: the library waits milliseconds instead of seconds, and not at all for THROTTLED. */
export function createThrottledApi(
  shop: string,
  { api, patience, onThrottled }: ThrottledApiTools,
  signal: AbortSignal,
): ThrottledApi {
  const budget = new QueryBudget();
  let spent = 0;
  const askOnce = async <Answer>(query: PricedQuery<Answer>): Promise<Answer> => {
    const { kind, document, variables, items, estimate, read } = query;
    await budget.untilAffordable(kind, items, estimate, signal);
    const { data, cost } = await api.ask(shop, document, variables, signal);
    if (cost) budget.learn(kind, items, cost);
    spent += cost?.actual ?? 0;
    return read(data);
  };
  return {
    itemsOf: (kind, estimate, most) => budget.itemsOf(kind, estimate, most),
    spent: () => {
      const sum = spent;
      spent = 0;
      return sum;
    },
    ask: async (query) => {
      for (let failed = 1; ; failed += 1) {
        try {
          return await askOnce(query);
        } catch (error) {
          signal.throwIfAborted();
          const pauseMs = pauseAfter(error, failed, patience);
          if (pauseMs === null || failed >= patience.tries) throw error;
          if (isThrottled(error)) onThrottled();
          if (isThrottled(error) && pauseMs > LONGEST_PAUSE_MS) throw new ComeBack(pauseMs, error);
          await sleep(pauseMs, undefined, { signal });
        }
      }
    },
  };
}

/** null: a retry does not help. The jitter spreads the retries of callers that were throttled together. */
function pauseAfter(error: unknown, failed: number, patience: RetryPolicy): number | null {
  const backoffMs = Math.min(patience.firstMs * 2 ** (failed - 1), patience.longestMs);
  const jitter = 1 + Math.random() / 4;
  if (!isThrottled(error))
    return error instanceof Fault && error.code === 'shopify_away' ? backoffMs * jitter : null;
  const toldMs = error.retryAfterMs ?? backoffMs;
  return toldMs > LONGEST_TOLD_MS ? null : Math.max(toldMs, patience.firstMs) * jitter;
}

function isThrottled(error: unknown): error is Throttled {
  return error instanceof Fault && error.code === 'shopify_throttled';
}
