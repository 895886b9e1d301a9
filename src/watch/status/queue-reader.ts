import type { Queue as BullQueue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisKeys } from '../../system/redis-keys.ts';
import type { Queue } from '../shapes/queues.ts';
import { readQueue, readWaitingOfEach, workersOf } from '../waiting.ts';

/** Every queue, by partition. */
export function queueReader(
  redis: Redis,
  partitions: readonly RedisKeys[],
  queues: readonly BullQueue[],
): () => Promise<Queue[]> {
  return async () => {
    const waiting = await readWaitingOfEach(redis, partitions);
    return await Promise.all(
      queues.map(async (queue, partition) => {
        const [jobs, paused, workers] = await Promise.all([
          readQueue(queue),
          queue.isPaused(),
          workersOf(queue, redis),
        ]);
        const { events = 0, orders = 0, oldestMs = 0 } = waiting[partition] ?? {};
        return {
          partition,
          paused,
          jobs,
          waitingEvents: events,
          waitingOrders: orders,
          oldestWaitMs: oldestMs,
          workers,
        };
      }),
    );
  };
}
