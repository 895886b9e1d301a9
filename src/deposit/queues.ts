import { Queue, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { OrderKey } from '../order/identity.ts';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { ordersOf, type DrainJob } from './waker.ts';

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

/** Orders whose jobs are active. @param most of each partition */
export async function activeOrders(queues: readonly Queue<DrainJob>[], most: number): Promise<OrderKey[]> {
  const active = await Promise.all(queues.map((queue) => queue.getActive(0, most - 1)));
  // A job that ended between BullMQ's two reads is undefined there, whatever its type says.
  const orders = active.flatMap((jobs: (Job<DrainJob> | undefined)[]) =>
    jobs.flatMap((job) => (job ? ordersOf(job.data) : [])).slice(0, most),
  );
  return [...new Set(orders)];
}
