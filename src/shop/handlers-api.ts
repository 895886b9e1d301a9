import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../system/errors.ts';
import { QueryFailed, type AdminApi } from './admin-api.ts';
import { QueryBudget } from './query-budget.ts';

/** The Admin API for the user's own code: within the budget of each shop. */
export interface HandlersApi {
  /**
   * Only what Shopify throttled is repeated: it was not carried out. Whether a mutation without an answer was carried out
   * is not known, so repeating it is left to the caller.
   * @throws Fault not_installed, shopify_refused, shopify_away, shopify_throttled; the reason of `signal`
   */
  ask: (shop: string, query: string, variables: object, signal: AbortSignal) => Promise<unknown>;
}

/** More than reconciliation's share: what handlers do waits for nothing else. The rest is for the merchant's page. */
const SHARE = 0.9;
/** Until an answer has shown what a query costs: about a mutation. */
const ESTIMATE = 10;
const TRIES = 3;
const FIRST_PAUSE_MS = 1000;
/** A run has 30 s by default. What needs longer is repeated by the effect's schedule. */
const LONGEST_PAUSE_MS = 5000;
/** Budgets that are kept: those of the shops that asked last. */
const MOST_SHOPS = 1000;

export function createHandlersApi(api: AdminApi): HandlersApi {
  const budgets = new Map<string, QueryBudget>();
  const budgetOf = (shop: string): QueryBudget => {
    const budget = budgets.get(shop) ?? new QueryBudget(SHARE);
    budgets.delete(shop);
    budgets.set(shop, budget);
    const [oldest] = budgets.keys();
    if (budgets.size > MOST_SHOPS && oldest !== undefined) budgets.delete(oldest);
    return budget;
  };
  return {
    ask: async (shop, query, variables, signal) => {
      const budget = budgetOf(shop);
      for (let failed = 1; ; failed += 1) {
        await budget.untilAffordable(query, 1, ESTIMATE, signal);
        try {
          const { data, cost } = await api.ask(shop, query, variables, signal);
          if (cost) budget.learn(query, 1, cost);
          return data;
        } catch (error) {
          // Its words help the author of the query.
          if (error instanceof QueryFailed) throw new Fault('shopify_query', error.words);
          const pauseMs = pauseAfter(error, failed);
          if (pauseMs === null || failed === TRIES) throw error;
          await sleep(pauseMs, undefined, { signal });
        }
      }
    },
  };
}

/** Null: it is not repeated. */
function pauseAfter(error: unknown, failed: number): number | null {
  if (!(error instanceof Fault) || error.code !== 'shopify_throttled') return null;
  const toldMs = 'retryAfterMs' in error ? Number(error.retryAfterMs ?? 0) : 0;
  const pauseMs = Math.max(toldMs, FIRST_PAUSE_MS * 2 ** (failed - 1));
  return pauseMs > LONGEST_PAUSE_MS ? null : pauseMs * (1 + Math.random() / 4);
}
