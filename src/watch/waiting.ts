import type { Redis } from 'ioredis';
import type { Queue } from 'bullmq';
import type { Collections } from '../persist/collections.ts';
import type { Metrics } from '../system/metrics.ts';
import type { RedisKeys } from '../system/redis-keys.ts';

/** What waits in Redis, over all partitions. */
interface Waiting {
  events: number;
  orders: number;
  /** Milliseconds; 0 where nothing waits. */
  oldestMs: number;
  duplicates: number;
  accepted: number;
}

/** Reads counters and ranks only: the cost does not grow with what waits. */
export async function readWaiting(redis: Redis, partitions: readonly RedisKeys[]): Promise<Waiting> {
  const [seconds, micros] = await redis.time();
  const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  const each = await Promise.all(
    partitions.map(async (keys) => {
      const [shops, orders, oldest, totals] = await Promise.all([
        redis.hvals(keys.shops),
        redis.zcard(keys.pending),
        redis.zrange(keys.pending, '0', '0', 'WITHSCORES'),
        redis.hgetall(keys.totals),
      ]);
      const since = Number((oldest as unknown as string[]).flat()[1] ?? now);
      return { shops, orders, oldestMs: Math.max(0, now - since), totals };
    }),
  );
  return {
    events: sum(each.flatMap((one) => one.shops.map(Number))),
    orders: sum(each.map((one) => one.orders)),
    oldestMs: Math.max(0, ...each.map((one) => one.oldestMs)),
    duplicates: sum(each.map((one) => Number(one.totals.duplicates ?? 0))),
    accepted: sum(each.map((one) => Number(one.totals.accepted ?? 0))),
  };
}

const STATES = ['active', 'waiting', 'delayed', 'failed'] as const;
export type QueueCounts = Record<(typeof STATES)[number], number>;

/** Drain jobs by state, over all partitions. */
export async function readQueues(queues: readonly Queue[]): Promise<QueueCounts> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts(...STATES)));
  const total = (state: string) => sum(counts.map((count) => count[state] ?? 0));
  return {
    active: total('active'),
    waiting: total('waiting'),
    delayed: total('delayed'),
    failed: total('failed'),
  };
}

/** Brings the gauges up to date that show what waits. */
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

/** Brings the gauges up to date that show what is kept aside in MongoDB. */
export async function measureKept(metrics: Metrics, { parked, spool }: Collections): Promise<void> {
  metrics.parked.set(await parked.countDocuments({ state: 'parked' }));
  metrics.spooled.set(await spool.estimatedDocumentCount());
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
