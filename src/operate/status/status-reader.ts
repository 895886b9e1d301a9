import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import type { RedisKeys } from '../../system/redis-keys.ts';
import { DEPOSIT_SHARE, fillingOf, isFull, readMemory } from '../../system/redis-memory.ts';
import { within } from '../../system/within.ts';
import { CHECK_MS } from '../../health/admin-routes.ts';
import { lookAtLockServers, mongoCheck, redisCheck } from '../../health/checks.ts';
import type { Outages } from './outages.ts';
import { headlineOf } from './headline.ts';
import type { EffectsStatus } from '../shapes/effects-status.ts';
import type { SystemStatus } from '../shapes/system.ts';
import { readQueues, readWaiting } from '../../health/waiting.ts';
import { shopCounts } from './shop-counts.ts';

const UNKNOWN_OF_REDIS = {
  waitingEvents: null,
  waitingOrders: null,
  oldestWaitMs: null,
  oldestOrder: null,
  queues: null,
  pausedQueues: null,
  workers: null,
  locksHeld: null,
  accepted: null,
  duplicates: null,
  forged: null,
  reusedWebhookIds: null,
  redisMemory: null,
};
const UNKNOWN_OF_MONGO = { parked: null, spooled: null, complianceDue: null, shops: null, effects: null };
/** This long before its due date, there is still time to hand over an export. */
const SOON_MS = 7 * 86_400_000;

/** Less than {@link CHECK_MS}. */
const EFFECTS_MS = 1500;

/** Tools of a status reader. */
export interface StatusTools {
  redis: Redis;
  lockServers: readonly Redis[];
  mongo: Connection;
  collections: Pick<Collections, 'parked' | 'spool' | 'compliance' | 'shops'>;
  partitions: readonly RedisKeys[];
  queues: readonly Queue[];
  /** How many workers are alive. */
  workers: () => Promise<number>;
  /** How many webhooks all ingest processes refused as forged since they started. */
  forged: () => Promise<number>;
  /** How many locks are held. */
  locks: () => Promise<number>;
  /** What waits at destinations. */
  effects: () => Promise<EffectsStatus>;
  outages: Outages;
  now: () => number;
}

/** Reads the state of everything. Never throws, and answers within 4 s even while servers are down. */
export function createStatusReader(tools: StatusTools): () => Promise<SystemStatus> {
  const { redis, mongo, partitions, queues, outages } = tools;
  const ofRedis = async () => {
    const waiting = await readWaiting(redis, partitions);
    const [memory, counts, paused, workers, forged, locksHeld] = await Promise.all([
      memoryOf(redis, waiting),
      readQueues(queues),
      Promise.all(queues.map((queue) => queue.isPaused())),
      tools.workers(),
      tools.forged(),
      // Locks may be on servers of their own: if those are down, the rest is still shown.
      tools.locks().catch(() => null),
    ]);
    return {
      waitingEvents: waiting.events,
      waitingOrders: waiting.orders,
      oldestWaitMs: waiting.oldestMs,
      oldestOrder: waiting.oldestOrder,
      queues: counts,
      pausedQueues: paused.flatMap((isPaused, partition) => (isPaused ? [partition] : [])),
      workers,
      locksHeld,
      accepted: waiting.accepted,
      duplicates: waiting.duplicates,
      forged,
      reusedWebhookIds: waiting.reused,
      redisMemory: memory,
    };
  };
  const ofMongo = async () => {
    // Counted in a large collection: if that takes long, the rest is still shown.
    const effects = within(tools.effects(), EFFECTS_MS).catch(() => null);
    return { ...(await readKept(tools.collections)), effects: await effects };
  };
  return async () => {
    const askedAt = tools.now();
    const [fromRedis, fromMongo, lockServers] = await Promise.all([
      orProblem(redisCheck(redis).problem, ofRedis),
      orProblem(mongoCheck(mongo.getClient()).problem, ofMongo),
      lookAtLockServers(tools.lockServers),
    ]);
    const serverOf = (server: 'redis' | 'mongodb', { value, problem }: ServerAnswer) => {
      const since = outages.note(server, value !== null, askedAt);
      return { state: value ? ('up' as const) : ('away' as const), problem, since };
    };
    const ofServers = { redis: serverOf('redis', fromRedis), mongodb: serverOf('mongodb', fromMongo) };
    const figures = {
      ...(fromRedis.value ?? UNKNOWN_OF_REDIS),
      ...(fromMongo.value ?? UNKNOWN_OF_MONGO),
      ...ofServers,
      lockServers,
    };
    const all = judged(figures, outages);
    return { ...all, ...headlineOf(all) };
  };
}

type Programs = Pick<SystemStatus, 'workers' | 'effects'>;

/** Heartbeats expired while Redis was down: finding none means nothing yet. */
function judged<Figures extends Programs>(figures: Figures, outages: Outages): Figures {
  const known = (running: number | null) => (running === 0 && !outages.hasSettled('redis') ? null : running);
  const { workers, effects } = figures;
  return {
    ...figures,
    workers: known(workers),
    effects: effects && { ...effects, publishers: known(effects.publishers) },
  };
}

async function readKept({ parked, spool, compliance, shops }: StatusTools['collections']) {
  return {
    parked: await parked.countDocuments({ state: 'parked' }),
    spooled: await spool.estimatedDocumentCount(),
    complianceDue: await compliance.countDocuments({
      state: { $in: ['asked', 'working'] },
      dueAt: { $lt: new Date(Date.now() + SOON_MS) },
    }),
    shops: await shopCounts(shops),
  };
}

/** Null if INFO is not allowed. */
async function memoryOf(
  redis: Redis,
  waiting: { events: number; orders: number },
): Promise<SystemStatus['redisMemory']> {
  try {
    const [memory, keys] = await Promise.all([readMemory(redis), redis.dbsize()]);
    const fullOf = isFull(memory) ? fillingOf(memory.usedBytes, { ...waiting, keys }) : null;
    return { ...memory, fullBytes: Math.round(DEPOSIT_SHARE * memory.maxBytes), fullOf };
  } catch {
    return null;
  }
}

/** A server's answer, or why there is none. */
interface ServerAnswer<Value = object> {
  value: Value | null;
  problem: string | null;
}

async function orProblem<Value>(
  problem: () => Promise<string | null>,
  read: () => Promise<Value>,
): Promise<ServerAnswer<Value>> {
  try {
    const found = await within(problem(), CHECK_MS);
    return found === null
      ? { value: await within(read(), CHECK_MS), problem: null }
      : { value: null, problem: found };
  } catch {
    return { value: null, problem: 'does not answer' };
  }
}
