import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Collections } from '../persist/collections.ts';
import type { RedisKeys } from '../system/redis-keys.ts';
import { within } from '../system/within.ts';
import { CHECK_MS } from './admin-routes.ts';
import { mongoCheck, redisCheck } from './checks.ts';
import { readQueues, readWaiting, type QueueCounts } from './waiting.ts';

/** How everything is. What a server that is away would have told is null; the rest is told. */
export interface SystemStatus {
  waitingEvents: number | null;
  waitingOrders: number | null;
  oldestWaitMs: number | null;
  queues: QueueCounts | null;
  workers: number | null;
  /** Orders being drained now: each drain holds one lock. */
  locksHeld: number | null;
  /** Since Redis was last empty. */
  accepted: number | null;
  duplicates: number | null;
  parked: number | null;
  spooled: number | null;
  redis: { state: 'up' | 'away'; problem: string | null };
  mongodb: { state: 'up' | 'away'; problem: string | null };
}

const UNKNOWN_OF_REDIS = {
  waitingEvents: null,
  waitingOrders: null,
  oldestWaitMs: null,
  queues: null,
  workers: null,
  locksHeld: null,
  accepted: null,
  duplicates: null,
};
const UNKNOWN_OF_MONGO = { parked: null, spooled: null };

export function statusReader(
  redis: Redis,
  mongo: Connection,
  { parked, spool }: Collections,
  partitions: readonly RedisKeys[],
  queues: readonly Queue[],
): () => Promise<SystemStatus> {
  const ofRedis = async () => {
    const [waiting, counts, workers] = await Promise.all([
      readWaiting(redis, partitions),
      readQueues(queues),
      Promise.all(queues.map((queue) => workersOf(queue, redis))),
    ]);
    return {
      waitingEvents: waiting.events,
      waitingOrders: waiting.orders,
      oldestWaitMs: waiting.oldestMs,
      queues: counts,
      workers: Math.max(0, ...workers),
      locksHeld: counts.active,
      accepted: waiting.accepted,
      duplicates: waiting.duplicates,
    };
  };
  const ofMongo = async () => ({
    parked: await parked.countDocuments({ state: 'parked' }),
    spooled: await spool.estimatedDocumentCount(),
  });
  return async () => {
    const [fromRedis, fromMongo] = await Promise.all([
      orProblem(redisCheck(redis).problem, ofRedis),
      orProblem(mongoCheck(mongo.getClient()).problem, ofMongo),
    ]);
    return {
      ...(fromRedis.value ?? UNKNOWN_OF_REDIS),
      ...(fromMongo.value ?? UNKNOWN_OF_MONGO),
      redis: { state: fromRedis.value ? 'up' : 'away', problem: fromRedis.problem },
      mongodb: { state: fromMongo.value ? 'up' : 'away', problem: fromMongo.problem },
    };
  };
}

/** Redis lists the clients of all its databases; another's workers are not ours. */
async function workersOf(queue: Queue, redis: Redis): Promise<number> {
  const workers = await queue.getWorkers();
  return workers.filter(({ db }) => Number(db) === (redis.options.db ?? 0)).length;
}

async function orProblem<Value>(
  problem: () => Promise<string | null>,
  read: () => Promise<Value>,
): Promise<{ value: Value | null; problem: string | null }> {
  try {
    const found = await within(problem(), CHECK_MS);
    return found === null
      ? { value: await within(read(), CHECK_MS), problem: null }
      : { value: null, problem: found };
  } catch {
    return { value: null, problem: 'does not answer' };
  }
}
