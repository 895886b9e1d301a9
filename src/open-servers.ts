import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { withScripts, type ScriptedRedis } from './deposit/scripts.ts';
import { collectionsOf, ensureIndexes, type Collections } from './persist/collections.ts';
import { indexesPart } from './persist/indexes-part.ts';
import { openMongo, openRedis } from './system/connections.ts';
import { mongoPart, redisPart } from './system/parts.ts';
import type { Surroundings } from './system/program.ts';

/** The connections of a program that cannot run without its servers. */
export interface Servers {
  redis: ScriptedRedis;
  /** Where the locks are: LOCK_REDIS_URLS, else only `redis`. */
  lockServers: readonly Redis[];
  mongo: Connection;
  collections: Collections;
}

interface Opening {
  temper: 'patient' | 'impatient';
  /** How long a lock server may take to answer. */
  lockServerMs: number;
  prepare?: (collections: Collections) => Promise<void>;
}

/** Opens Redis, the lock servers and MongoDB as parts of a program, and creates missing indexes. */
export async function openServers(
  { config, log, lifecycle, end }: Surroundings<'REDIS_URL' | 'MONGODB_URI'>,
  { temper, lockServerMs, prepare = ensureIndexes }: Opening,
): Promise<Servers> {
  const timeoutMs = temper === 'patient' ? undefined : config.DEPOSIT_TIMEOUT_MS;
  const redis = withScripts(openRedis(config.REDIS_URL, temper, log, timeoutMs));
  await lifecycle.start(redisPart({ redis, log, partitions: config.PARTITIONS }, end));
  const separate = (config.LOCK_REDIS_URLS ?? []).map((url) =>
    openRedis(url, 'impatient', log, lockServerMs),
  );
  await lifecycle.start({
    name: 'lock servers',
    stop: () => separate.forEach((each) => each.disconnect()),
  });
  const mongo = openMongo(config.MONGODB_URI);
  await lifecycle.start(mongoPart(mongo));
  await lifecycle.start(indexesPart(config.MONGODB_URI, log, prepare));
  const lockServers = separate.length > 0 ? separate : [redis];
  return { redis, lockServers, mongo, collections: collectionsOf(mongo) };
}
