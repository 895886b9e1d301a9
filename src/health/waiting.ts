import type { Redis } from 'ioredis';
import type { Queue } from 'bullmq';
import type { Collections } from '../persist/collections.ts';
import type { Metrics } from '../system/metrics.ts';
import type { RedisKeys } from '../system/redis-keys.ts';
import { redisNow } from '../system/redis-now.ts';

/** Waiting events in Redis, and counters. */
interface WaitingFigures {
  events: number;
  orders: number;
  /** Milliseconds; 0 if nothing is waiting. */
  oldestMs: number;
  /** The order that has been waiting longest; null if none is waiting. */
  oldestOrder: string | null;
  duplicates: number;
  accepted: number;
  /** Webhook ids that arrived again with another body. */
  reused: number;
}

/** The figures of each partition. Reads only counters and ranks: the cost does not grow with the backlog. */
export async function readWaitingOfEach(
  redis: Redis,
  partitions: readonly RedisKeys[],
): Promise<WaitingFigures[]> {
  const now = await redisNow(redis);
  return await Promise.all(
    partitions.map(async (keys) => {
      const [shops, orders, oldest, totals] = await Promise.all([
        redis.hvals(keys.shops),
        redis.zcard(keys.pending),
        redis.zrange(keys.pending, '0', '0', 'WITHSCORES'),
        redis.hgetall(keys.totals),
      ]);
      const [order, score] = (oldest as unknown as string[]).flat();
      const since = Number(score ?? now);
      return {
        events: sum(shops.map(Number)),
        orders,
        oldestMs: Math.max(0, now - since),
        oldestOrder: order ?? null,
        duplicates: Number(totals.duplicates ?? 0),
        accepted: Number(totals.accepted ?? 0),
        reused: Number(totals.reused ?? 0),
      };
    }),
  );
}

/** Totals over all partitions. */
export async function readWaiting(redis: Redis, partitions: readonly RedisKeys[]): Promise<WaitingFigures> {
  const each = await readWaitingOfEach(redis, partitions);
  const total = (name: Exclude<keyof WaitingFigures, 'oldestOrder'>) => sum(each.map((one) => one[name]));
  const [oldest] = each.toSorted((a, b) => b.oldestMs - a.oldestMs);
  return {
    events: total('events'),
    orders: total('orders'),
    oldestMs: oldest?.oldestMs ?? 0,
    oldestOrder: oldest?.oldestOrder ?? null,
    duplicates: total('duplicates'),
    accepted: total('accepted'),
    reused: total('reused'),
  };
}

const STATES = ['active', 'waiting', 'delayed', 'failed'] as const;
export type QueueCounts = Record<(typeof STATES)[number], number>;

/** One queue's drain jobs by state. BullMQ leaves the jobs of a paused queue in `waiting`; most have a priority. */
export async function readQueue(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts(...STATES, 'prioritized');
  const { active = 0, waiting = 0, prioritized = 0, delayed = 0, failed = 0 } = counts;
  return { active, waiting: waiting + prioritized, delayed, failed };
}

/** Drain jobs by state, over all partitions. */
export async function readQueues(queues: readonly Queue[]): Promise<QueueCounts> {
  const counts = await Promise.all(queues.map(readQueue));
  const total = (state: keyof QueueCounts) => sum(counts.map((count) => count[state]));
  return {
    active: total('active'),
    waiting: total('waiting'),
    delayed: total('delayed'),
    failed: total('failed'),
  };
}

/** Updates the gauges of waiting events and queue jobs. */
export async function measureWaiting(
  metrics: Metrics,
  redis: Redis,
  partitions: readonly RedisKeys[],
  queues: readonly Queue[],
): Promise<void> {
  const [waiting, counts] = await Promise.all([readWaiting(redis, partitions), readQueues(queues)]);
  metrics.waitingEvents.set(waiting.events);
  metrics.oldestWaitingSeconds.set(waiting.oldestMs / 1000);
  for (const [state, count] of Object.entries(counts)) metrics.queueJobs.set({ state }, count);
}

/** Updates the gauges of parked and spooled events, of receipts, and of commits that are not yet in the change feed. */
export async function measureKept(
  metrics: Metrics,
  { parked, spool, receipts, outbox }: Collections,
): Promise<void> {
  metrics.parked.set(await parked.countDocuments({ state: 'parked' }));
  metrics.spooled.set(await spool.estimatedDocumentCount());
  metrics.receipts.set(await receipts.estimatedDocumentCount());
  metrics.changesPending.set(await outbox.countDocuments({ pending: true }));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
