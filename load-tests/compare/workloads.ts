import { planSale, type SaleOptions } from '../sale/plan.ts';
import type { Sales } from './race.ts';

/** What contenders get. */
export const WORKLOADS = {
  spread: 'many orders with four events each',
  hot: 'few orders with a hundred events each',
} as const;

export type WorkloadName = keyof typeof WORKLOADS;

/** Events of each order in the hot workload. */
const HOT_EVENTS = 100;
/** Of a workload: sent and applied first, and not counted. */
const WARM_UP = 0.25;

/**
 * The same deliveries for every contender.
 * @param size orders of the spread workload; the hot one has a quarter of its events
 */
export function workload(name: WorkloadName, size: number, seed: number): Sales {
  const common = {
    shops: 1,
    topics: ['create', 'transaction', 'paid', 'updated'],
    dup: 5,
    shuffle: 20,
  } as const;
  const options = {
    ...common,
    topics: [...common.topics],
    seed,
    orders: name === 'spread' ? size : Math.max(1, Math.round(size / HOT_EVENTS)),
    updates: name === 'spread' ? 0 : HOT_EVENTS - common.topics.length,
  } satisfies Omit<SaleOptions, 'id'>;
  const warm = { ...options, orders: Math.max(1, Math.ceil(options.orders * WARM_UP)), seed: seed + 1 };
  return { sale: planSale({ ...options, id: 'race' }), warmUp: planSale({ ...warm, id: 'warm' }) };
}
