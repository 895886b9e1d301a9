import type { Queue } from 'bullmq';
import type { OrderKey } from '../order/identity.ts';
import { partitionOf } from '../system/redis-keys.ts';
import type { Logger } from '../system/log.ts';
import { messageOf } from '../system/errors.ts';
import { within } from '../system/within.ts';

/** What a drain job holds: which order to look at, and nothing of the event. */
export interface DrainJob {
  order: OrderKey;
}

/**
 * Adds wake-up jobs. An order has at most one waiting and one active job over all workers: a wake while
 * one is active is kept and comes after it. Never a fixed jobId beside keepLastIfActive: BullMQ then
 * drops the add silently.
 */
export interface Waker {
  /** Does not wait and does not throw: the sweeper makes up for what is lost. */
  wake: (order: OrderKey) => void;
  /** Wakes later, beside any wake of now: the end of a hold. */
  wakeIn: (order: OrderKey, ms: number) => Promise<void>;
  /** Wakes orders whose jobs are lost or astray: whatever deduplication key is left of them is no reason not to. */
  wakeAnew: (orders: OrderKey[]) => Promise<void>;
  /** Waits for wakes that are under way, but not long: Redis may be away. */
  settle: () => Promise<void>;
}

const JOB = 'drain';
const SETTLE_MS = 2000;

export function waker(queues: readonly Queue<DrainJob>[], log: Logger, onFailure: () => void): Waker {
  const underWay = new Set<Promise<void>>();
  const queueOf = (order: OrderKey): Queue<DrainJob> => {
    const queue = queues[partitionOf(order, queues.length)];
    if (!queue) throw new Error('no partitions');
    return queue;
  };
  const add = async (order: OrderKey): Promise<void> => {
    try {
      await queueOf(order).add(JOB, { order }, { deduplication: { id: order, keepLastIfActive: true } });
    } catch (error) {
      onFailure();
      log.warn({ order, reason: messageOf(error) }, 'wake-up not added; the sweeper will');
    }
  };
  return {
    wake: (order) => {
      const one = add(order).finally(() => underWay.delete(one));
      underWay.add(one);
    },
    wakeIn: async (order, ms) => {
      // Its own id: a create that arrives must be able to wake at once.
      // Kept while active: by another machine's clock the end of a hold may come too early, and be held again.
      const deduplication = { id: `hold:${order}`, keepLastIfActive: true };
      await queueOf(order).add(JOB, { order }, { delay: ms, deduplication });
    },
    wakeAnew: async (orders) => {
      await Promise.all(
        orders.map(async (order) => {
          await queueOf(order).removeDeduplicationKey(order);
          await add(order);
        }),
      );
    },
    settle: async () => {
      await within(Promise.all(underWay), SETTLE_MS).catch(() => undefined);
    },
  };
}
