import type { JobsOptions, Queue } from 'bullmq';
import type { OrderKey } from '../order/identity.ts';
import { createBatcher } from '../system/batcher.ts';
import { inPartitionOf } from '../system/redis-keys.ts';
import { ORDERS_OF_A_JOB } from '../system/shared-jobs.ts';
import { isLane } from './fair-shares.ts';
import type { Logger } from '../system/log.ts';
import { messageOf } from '../system/errors.ts';
import { within } from '../system/within.ts';

/** The data of a drain job: which order to drain, or several, and nothing from the events. */
export type DrainJob = { order: OrderKey } | { orders: OrderKey[] };

export function ordersOf(job: DrainJob): OrderKey[] {
  return 'orders' in job ? job.orders : [job.order];
}

/**
 * Adds wake-up jobs. Orders whose events were stored together share a job; there is one for each order under light
 * load, so none waits for another.
 *
 * Of the jobs for one order, at most one waits and one is active across all workers: a wake-up that arrives while a job
 * is active is kept, and runs after it. Never combine keepLastIfActive with a fixed jobId: BullMQ then drops the add
 * silently. A shared job may come in addition; the order's lock then keeps the two apart.
 */
export interface Waker {
  /**
   * Does not wait and does not throw: the sweeper replaces a lost wake-up.
   * @param round its round (see fair-shares.ts), which is its job's priority; 0, as without it: before all rounds
   * @param since when its event was stored, ms since 1970 by Redis's clock. Then the job may be shared
   */
  wake: (order: OrderKey, round?: number, since?: number) => void;
  /** Wakes an order at the end of its hold, independently of its other wake-ups. */
  wakeIn: (order: OrderKey, ms: number, round?: number) => Promise<void>;
  /** Wakes an order that leaves a shared job, because it is busy or has failed. */
  retryIn: (order: OrderKey, ms: number, round: number) => Promise<void>;
  /** Wakes orders whose jobs are lost or delayed too long, even if a job's deduplication key still exists. */
  wakeAgain: (orders: OrderKey[]) => Promise<void>;
  /** Waits for wake-ups that are being added, but not for long: Redis may be down. */
  flush: () => Promise<void>;
}

const JOB = 'drain';
const SETTLE_MS = 2000;
const SHARED = { largest: ORDERS_OF_A_JOB, atATime: 4, mayWait: Infinity };

interface Wake {
  order: OrderKey;
  round: number;
  /** ms since 1970, by Redis's clock */
  since: number;
}

/** ms from now, and ms since 1970. */
type WhenDue = Pick<JobsOptions, 'delay' | 'timestamp'>;

export function createWaker(queues: readonly Queue<DrainJob>[], log: Logger, onFailure: () => void): Waker {
  const underWay = new Set<Promise<void>>();
  const queueOf = (order: OrderKey): Queue<DrainJob> => inPartitionOf(order, queues);
  const addOne = (order: OrderKey, round: number, options: WhenDue = {}, id = idIn(round, order)) => {
    const deduplication = { id, keepLastIfActive: true };
    return queueOf(order).add(JOB, { order }, { ...options, priority: round, deduplication });
  };
  /** @param orders at least one, each once */
  const addAll = async (orders: OrderKey[], round: number, options: WhenDue = {}): Promise<void> => {
    const [first] = orders;
    try {
      if (orders.length === 1) await addOne(first!, round, options);
      else await queueOf(first!).add(JOB, { orders }, { ...options, priority: round });
    } catch (error) {
      for (const _ of orders) onFailure();
      log.warn({ orders, because: messageOf(error) }, 'wake-ups not added; the sweeper will add them');
    }
  };
  const shared = queues.map(() =>
    createBatcher<Wake, null>(async (wakes) => {
      const jobs = byRound(wakes);
      await Promise.all(jobs.map(({ orders, round, since }) => addAll(orders, round, { timestamp: since })));
      return wakes.map(() => null);
    }, SHARED),
  );
  return {
    wake: (order, round = 0, since) => {
      const added =
        since === undefined ? addAll([order], round) : inPartitionOf(order, shared)({ order, round, since });
      const one = Promise.resolve(added).then(() => void underWay.delete(one));
      underWay.add(one);
    },
    wakeIn: async (order, ms, round = 0) => {
      // A separate id: a create that arrives must be able to wake the order at once.
      // Kept while active: by another machine's clock a hold may end too early, and the order is held again.
      await addOne(order, round, { delay: ms }, `hold:${order}`);
    },
    retryIn: async (order, ms, round) => {
      await addOne(order, round, { delay: ms });
    },
    wakeAgain: async (orders) => {
      await Promise.all(
        orders.map(async (order) => {
          await queueOf(order).removeDeduplicationKey(order);
          await addAll([order], 0);
        }),
      );
    },
    flush: async () => {
      await within(Promise.all(underWay), SETTLE_MS).catch(() => undefined);
    },
  };
}

/** A job for the orders of each round, which has waited since the first of them was woken. */
function byRound(wakes: Wake[]): { orders: OrderKey[]; round: number; since: number }[] {
  return [...Map.groupBy(wakes, ({ round }) => round)].map(([round, same]) => ({
    orders: [...new Set(same.map(({ order }) => order))],
    round,
    since: Math.min(...same.map(({ since }) => since)),
  }));
}

/** Of its own in a lane: a live event must be able to wake the order at once. */
function idIn(round: number, order: OrderKey): string {
  return isLane(round) ? `lane:${order}` : order;
}
