import { pino } from 'pino';
import type { RedisResources, Resources } from '../../src/compose/resources.ts';
import { withScripts } from '../../src/deposit/scripts.ts';
import { createAuditLog } from '../../src/persist/audit-log.ts';
import { collectionsOf, prepareCollections, retentionOf } from '../../src/persist/collections.ts';
import { loadConfig, type Config, type Setting } from '../../src/system/config.ts';
import { mongoReady, openMongo, openRedis, redisReady } from '../../src/system/connections.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { allRedisKeys } from '../../src/system/redis-keys.ts';

export const silent = pino({ level: 'silent' });

/** What is always set: tests of one program may use the settings of all. */
const SECRETS = {
  SHOPIFY_API_SECRET: 'the-current-secret',
  SHOPIFY_API_SECRET_PREVIOUS: 'the-secret-before-it',
  OPS_JWT_SECRET: 'a-jwt-secret-for-tests-of-32-characters',
} as const satisfies Partial<Record<Setting, string>>;
export type Settings = Partial<Record<Setting, string>>;
type TestConfig = Config<'SHOPIFY_API_SECRET' | 'OPS_JWT_SECRET'>;
export type RedisInside = RedisResources<TestConfig>;
export type ResourcesInside = Resources<TestConfig>;

interface Opening {
  /** As in ingest and the dashboard: an answer or an error immediately. */
  impatient?: boolean;
  settings?: Settings;
}

/** What compositions are given, without MongoDB. Redis may be down. */
export function openRedisInside(
  redisUrl: string,
  { impatient = false, settings = {} }: Opening = {},
): RedisInside {
  const config = loadConfig({ ...SECRETS, ...settings }, ['SHOPIFY_API_SECRET', 'OPS_JWT_SECRET']);
  const redis = impatient
    ? openRedis(redisUrl, 'impatient', silent, config.DEPOSIT_TIMEOUT_MS)
    : openRedis(redisUrl, 'patient', silent);
  return {
    config,
    log: silent,
    metrics: createMetrics(),
    now: Date.now,
    stopping: new AbortController().signal,
    redis: withScripts(redis),
    partitions: allRedisKeys(config.PARTITIONS),
  };
}

export async function readyRedisInside(redisUrl: string, opening?: Opening): Promise<RedisInside> {
  const inside = openRedisInside(redisUrl, opening);
  // As in the programs: a queue that is opened before its Redis answers stays without it.
  await redisReady(inside.redis);
  return inside;
}

/** Adds MongoDB, with all collections. */
export async function withMongo(over: RedisInside, mongoUri: string): Promise<ResourcesInside> {
  const mongo = openMongo(mongoUri);
  await mongoReady(mongo);
  const collections = collectionsOf(mongo);
  await prepareCollections(collections, retentionOf(over.config));
  const audit = createAuditLog(collections.audit, over.log);
  return { ...over, lockServers: [over.redis], mongo, collections, audit };
}
