import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { withScripts, type ScriptedRedis } from '../deposit/scripts.ts';
import { createAuditLog, type AuditLog } from '../persist/audit-log.ts';
import { collectionsOf, ensureIndexes, type Collections } from '../persist/collections.ts';
import { indexesComponent } from '../persist/indexes-component.ts';
import type { Config } from '../system/config.ts';
import { openMongo, openRedis } from '../system/connections.ts';
import type { Logger } from '../system/log.ts';
import { createMetrics, type Metrics } from '../system/metrics.ts';
import { mongoComponent, redisComponent } from '../system/components.ts';
import type { Surroundings } from '../system/program.ts';
import { allRedisKeys, type RedisKeys } from '../system/redis-keys.ts';

/** What every composition is given. Programs open it, and so do tests. */
export interface RedisResources<C extends Config = Config> {
  config: C;
  log: Logger;
  metrics: Metrics;
  now: () => number;
  /** Aborted when the program is told to stop. */
  stopping: AbortSignal;
  redis: ScriptedRedis;
  partitions: readonly RedisKeys[];
}

/** The same for a program that cannot run without MongoDB. */
export interface Resources<C extends Config = Config> extends RedisResources<C> {
  /** Where the locks are: LOCK_REDIS_URLS, else only `redis`. */
  lockServers: readonly Redis[];
  mongo: Connection;
  collections: Collections;
  audit: AuditLog;
}

interface Opening {
  temper?: 'patient' | 'impatient';
  /** How long a lock server may take to answer. */
  lockServerMs?: number;
  prepare?: (collections: Collections) => Promise<void>;
}

/**
 * Opens Redis, the lock servers and MongoDB as components of a program, and creates missing indexes. They are started
 * here, before anything is composed: a BullMQ queue that is opened before its Redis answers stays unusable.
 */
export async function openResources<C extends Config<'REDIS_URL' | 'MONGODB_URI'>>(
  { config, log, lifecycle, end }: Omit<Surroundings<never>, 'config'> & { config: C },
  { temper = 'impatient', lockServerMs = config.DEPOSIT_TIMEOUT_MS, prepare = ensureIndexes }: Opening = {},
): Promise<Resources<C>> {
  const timeoutMs = temper === 'patient' ? undefined : config.DEPOSIT_TIMEOUT_MS;
  const redis = withScripts(openRedis(config.REDIS_URL, temper, log, timeoutMs));
  await lifecycle.start(redisComponent({ redis, log, partitions: config.PARTITIONS }, end));
  const separate = (config.LOCK_REDIS_URLS ?? []).map((url) =>
    openRedis(url, 'impatient', log, lockServerMs),
  );
  await lifecycle.start({
    name: 'lock servers',
    stop: () => separate.forEach((each) => each.disconnect()),
  });
  const mongo = openMongo(config.MONGODB_URI);
  await lifecycle.start(mongoComponent(mongo));
  await lifecycle.start(indexesComponent(config.MONGODB_URI, log, prepare));
  const collections = collectionsOf(mongo);
  return {
    config,
    log,
    metrics: createMetrics(),
    now: Date.now,
    stopping: lifecycle.stopping,
    redis,
    partitions: allRedisKeys(config.PARTITIONS),
    lockServers: separate.length > 0 ? separate : [redis],
    mongo,
    collections,
    audit: createAuditLog(collections.audit, log),
  };
}
