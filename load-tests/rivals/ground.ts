import { mongoReady, openMongo, openRedis, redisReady } from '../../src/system/connections.ts';
import type { Surroundings } from '../../src/system/program.ts';
import type { ReadinessCheck } from '../../src/health/admin-routes.ts';
import { mongoCheck, redisCheck } from '../../src/health/checks.ts';
import { WAITING_PLACES, type Ground } from './rival.ts';
import { ensureRivalIndexes, rivalStore } from './store.ts';

type Needed = 'REDIS_URL' | 'MONGODB_URI';

/**
 * The ground of one process, with Lockstep's settings and connections.
 * @param temper that of Lockstep's process in the same role
 * @returns also a check for each connection that the rival opened
 */
export function openGround(
  { config, log, lifecycle }: Surroundings<Needed>,
  temper: 'impatient' | 'patient',
): Ground & { checks: ReadinessCheck[] } {
  const checks: ReadinessCheck[] = [];
  return {
    checks,
    log,
    dedupeTtlSeconds: Math.round(config.DEDUPE_TTL_HOURS * 3600),
    lockTtlMs: config.LOCK_TTL_MS,
    concurrency: config.WORKER_CONCURRENCY,
    urlOf: (place) => {
      const url = process.env[WAITING_PLACES[place]];
      if (!url) throw new Error(`${WAITING_PLACES[place]}: is required but not set`);
      return url;
    },
    onStop: (name, stop) => lifecycle.start({ name, stop }),
    redis: async () => {
      const timeoutMs = temper === 'impatient' ? config.DEPOSIT_TIMEOUT_MS : undefined;
      const redis = openRedis(config.REDIS_URL, temper, log, timeoutMs);
      await lifecycle.start({
        name: 'redis',
        start: () => redisReady(redis),
        stop: () => redis.disconnect(),
      });
      checks.push(redisCheck(redis));
      return redis;
    },
    store: async () => {
      const mongo = openMongo(config.MONGODB_URI);
      const prepare = async () => {
        await mongoReady(mongo);
        await ensureRivalIndexes(mongo, config.JOURNAL_RETENTION_DAYS);
      };
      await lifecycle.start({ name: 'mongodb', start: prepare, stop: () => mongo.close() });
      checks.push(mongoCheck(mongo.getClient()));
      return rivalStore(mongo);
    },
  };
}
