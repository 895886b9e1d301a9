import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import type { DrainJob } from './waker.ts';

/**
 * The queues of all partitions. Jobs are only wake-ups: done, they go; failed, they come again for ever,
 * because the mailbox keeps the events and somebody must look.
 */
export function openQueues(connection: Redis, partitions: readonly RedisKeys[]): Queue<DrainJob>[] {
  return partitions.map((keys) => {
    const queue = new Queue<DrainJob>(QUEUE, {
      connection,
      prefix: keys.queuePrefix,
      skipWaitingForReady: true,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
        attempts: Number.MAX_SAFE_INTEGER,
        backoff: { type: 'custom' },
        stackTraceLimit: 1,
      },
    });
    // The connection's own listener logs once that Redis is away; BullMQ would print every try.
    queue.on('error', () => undefined);
    return queue;
  });
}
