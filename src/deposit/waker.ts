import type { Queue } from 'bullmq';
import type { OrderKey } from '../order/identity.ts';
import { inPartitionOf } from '../system/redis-keys.ts';
import type { Logger } from '../system/log.ts';
import { messageOf } from '../system/errors.ts';
import { within } from '../system/within.ts';

/** The data of a drain job: which order to drain, and nothing from the event. */
export interface DrainJob {
  order: OrderKey;
}

/**
 * Adds wake-up jobs. An order has at most one waiting and one active job across all workers: a wake-up that
 * arrives while a job is active is kept, and runs after it. Never combine keepLastIfActive with a fixed
 * jobId: BullMQ then drops the add silently.
 */
export interface Waker {
  /** Does not wait and does not throw: the sweeper replaces a lost wake-up. */
  wake: (order: OrderKey) => void;
  /** Wakes an order at the end of its hold, independently of its other wake-ups. */
  wakeIn: (order: OrderKey, ms: number) => Promise<void>;
  /** Wakes orders whose jobs are lost or delayed too long, even if a job's deduplication key still exists. */
  wakeAgain: (orders: OrderKey[]) => Promise<void>;
  /** Waits for wake-ups that are being added, but not for long: Redis may be down. */
  flush: () => Promise<void>;
}

const JOB = 'drain';
const SETTLE_MS = 2000;

export function createWaker(queues: readonly Queue<DrainJob>[], log: Logger, onFailure: () => void): Waker {
  const underWay = new Set<Promise<void>>();
  const queueOf = (order: OrderKey): Queue<DrainJob> => inPartitionOf(order, queues);
  const add = async (order: OrderKey): Promise<void> => {
    try {
      await queueOf(order).add(JOB, { order }, { deduplication: { id: order, keepLastIfActive: true } });
    } catch (error) {
      onFailure();
      log.warn({ order, because: messageOf(error) }, 'wake-up not added; the sweeper will add it');
    }
  };
  return {
    wake: (order) => {
      const one = add(order).finally(() => underWay.delete(one));
      underWay.add(one);
    },
    wakeIn: async (order, ms) => {
      // A separate id: a create that arrives must be able to wake the order at once.
      // Kept while active: by another machine's clock a hold may end too early, and the order is held again.
      const deduplication = { id: `hold:${order}`, keepLastIfActive: true };
      await queueOf(order).add(JOB, { order }, { delay: ms, deduplication });
    },
    wakeAgain: async (orders) => {
      await Promise.all(
        orders.map(async (order) => {
          await queueOf(order).removeDeduplicationKey(order);
          await add(order);
        }),
      );
    },
    flush: async () => {
      await within(Promise.all(underWay), SETTLE_MS).catch(() => undefined);
    },
  };
}
