import type { Queue as BullQueue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisKeys } from '../../system/redis-keys.ts';
import type { Queue } from '../shapes/queues.ts';
import { readQueue, readWaitingOfEach } from '../../health/waiting.ts';

/**
 * Every queue, by partition.
 * @param workers how many are alive: each works on all queues
 */
export function createQueueReader(
  redis: Redis,
  partitions: readonly RedisKeys[],
  queues: readonly BullQueue[],
  workers: () => Promise<number>,
): () => Promise<Queue[]> {
  return async () => {
    const [waiting, alive] = await Promise.all([readWaitingOfEach(redis, partitions), workers()]);
    return await Promise.all(
      queues.map(async (queue, partition) => {
        const [jobs, paused] = await Promise.all([readQueue(queue), queue.isPaused()]);
        const { events = 0, orders = 0, oldestMs = 0 } = waiting[partition] ?? {};
        return {
          partition,
          paused,
          jobs,
          waitingEvents: events,
          waitingOrders: orders,
          oldestWaitMs: oldestMs,
          workers: alive,
        };
      }),
    );
  };
}
