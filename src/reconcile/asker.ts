import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminApi, Throttled } from '../shop/admin-api.ts';
import { Fault } from '../system/errors.ts';
import { Points } from './points.ts';

/** A query whose cost grows with the items that it asks for. */
interface Query<Answer> {
  kind: string;
  document: string;
  variables: object;
  items: number;
  /** Points an item, until an answer tells. */
  estimate: number;
  /** @throws Fault shopify_away: an answer that cannot be read is none */
  read: (data: unknown) => Answer;
}

/** Asks one shop's Admin API within its budget, and again where that may help. */
export interface Asker {
  /** @throws Fault shopify_refused, not_installed at once; shopify_away, shopify_throttled when patience ends */
  ask: <Answer>(query: Query<Answer>) => Promise<Answer>;
  itemsOf: (kind: string, estimate: number, most: number) => number;
  /** Points since this was last asked. */
  spent: () => number;
}

export interface Patience {
  /** Of the first pause; each next one is twice as long. */
  firstMs: number;
  longestMs: number;
  tries: number;
}

/** Whoever is told to come back later than that is asked by the next schedule. */
const LONGEST_TOLD_MS = 120_000;
/** Longer than that nobody stands and waits: others want the place. */
const LONGEST_PAUSE_MS = 10_000;

/** Shopify asks for a long pause: whoever looks again later goes on at the cursor that was written. */
export class ComeBack extends Error {
  override readonly name = 'ComeBack';
  readonly ms: number;
  /** What it is, where nobody waits any more. */
  readonly fault: Throttled;
  constructor(ms: number, fault: Throttled) {
    super(`Shopify asks for a pause of ${Math.round(ms / 1000)} s`);
    this.ms = ms;
    this.fault = fault;
  }
}

export interface AskerTools {
  api: AdminApi;
  patience: Patience;
  onThrottled: () => void;
}

/** Our own backoff: the library's sleeps milliseconds for Shopify's seconds, and not at all for THROTTLED. */
export function asker(shop: string, { api, patience, onThrottled }: AskerTools, signal: AbortSignal): Asker {
  const points = new Points();
  let spent = 0;
  const askOnce = async <Answer>(query: Query<Answer>): Promise<Answer> => {
    const { kind, document, variables, items, estimate, read } = query;
    await points.untilAffordable(kind, items, estimate, signal);
    const { data, cost } = await api.ask(shop, document, variables, signal);
    if (cost) points.told(kind, items, cost);
    spent += cost?.actual ?? 0;
    return read(data);
  };
  return {
    itemsOf: (kind, estimate, most) => points.itemsOf(kind, estimate, most),
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

/** Null where asking again does not help. Of many that were sent away at once, each comes back at another time. */
function pauseAfter(error: unknown, failed: number, patience: Patience): number | null {
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
