import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import type { DrainJob } from './waker.ts';

/**
 * Opens the queues of all partitions. Jobs are only wake-ups: a completed job is removed. A failed job is
 * retried without limit, because its events stay in the mailbox until a drain settles them.
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
    // The connection's own listener logs once that Redis is down; BullMQ would print every attempt.
    queue.on('error', () => undefined);
    return queue;
  });
}
