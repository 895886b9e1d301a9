import { Redis, type RedisOptions } from 'ioredis';
import mongoose, { type Connection } from 'mongoose';
import { Fault } from './errors.ts';
import type { Logger } from './log.ts';

/** A first try to reach a server may take this long before a program gives up starting. */
const CONNECT_MS = 10_000;

/**
 * A connection that says nothing for so long, while something is asked, is dead: its host went away
 * without a word. Longer than the 10 s for which BullMQ's workers ask at a time.
 */
const SOCKET_MS = 15_000;

/** A MongoDB that says nothing for so long is away: a drain comes again, and finds what was done. */
const SILENCE_MS = 15_000;

/**
 * `impatient`: an answer now or an error now (ingest, dashboard): no queue while away, no retries.
 * `patient`: waits for Redis as long as it takes (BullMQ's workers need this).
 */
const TEMPERS = {
  impatient: { enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  patient: { maxRetriesPerRequest: null },
} as const satisfies Record<string, RedisOptions>;

/** Before Redis 7 a script's error begins with `ERR Error running script`. */
const READ_ONLY = /\bREADONLY\b/;

/**
 * A connection that comes back by itself: after 50 ms, then doubling up to 1 s. Errors are logged once
 * per change of state, not once per try.
 */
export function openRedis(
  url: string,
  temper: keyof typeof TEMPERS,
  log: Logger,
  commandTimeoutMs?: number,
): Redis {
  const redis = new Redis(url, {
    ...TEMPERS[temper],
    ...(commandTimeoutMs ? { commandTimeout: commandTimeoutMs } : {}),
    enableAutoPipelining: true,
    connectTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    // A primary that became a replica keeps its connections: the address may lead to the new one.
    reconnectOnError: (error) => READ_ONLY.test(error.message),
    retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 6), 1000),
  });
  let away = false;
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  redis.on('error', (error: Error) => {
    if (!away) log.error({ reason: error.message || error.name }, 'Redis is away');
    away = true;
  });
  return redis;
}

/**
 * A primary that became a replica keeps its connections and answers READONLY. Errors of commands lead to a new
 * connection by themselves; those that a script catches and answers do so here.
 */
export function reconnectIfReadOnly(redis: Redis, why: string): void {
  if (READ_ONLY.test(why) && redis.status === 'ready') redis.disconnect(true);
}

/** Waits until a connection is usable. @throws Fault unsuitable after `ms` */
export async function redisReady(redis: Redis, ms = CONNECT_MS): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Fault('unsuitable', `Redis did not answer within ${ms / 1000} s`)),
      ms,
    );
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Refuses a Redis that may throw away what it was given, and warns of one that may lose a second (P2).
 * Fails open where CONFIG is not allowed (managed Redis): then it warns that it could not look.
 */
export async function checkRedis(redis: Redis, log: Logger): Promise<void> {
  const setting = async (name: string) => (await redis.config('GET', name)) as unknown;
  try {
    const policy = valueOf(await setting('maxmemory-policy'));
    if (policy !== 'noeviction')
      throw new Fault(
        'unsuitable',
        `Redis has maxmemory-policy ${policy}, which drops waiting events when memory is short; set it to noeviction`,
      );
    const [aof, fsync] = [valueOf(await setting('appendonly')), valueOf(await setting('appendfsync'))];
    if (aof !== 'yes') log.warn('Redis has appendonly no: events taken are lost when it restarts');
    else if (fsync !== 'always')
      log.warn(`Redis has appendfsync ${fsync}: a power loss may lose the last second of events taken`);
  } catch (error) {
    if (error instanceof Fault) throw error;
    log.warn('Redis does not let us see its settings: check maxmemory-policy noeviction and AOF yourself');
  }
}

/** CONFIG GET answers a list in RESP2 and a map in RESP3. */
function valueOf(answer: unknown): string {
  if (Array.isArray(answer)) return String(answer[1]);
  if (answer instanceof Map) return String([...answer.values()][0]);
  return String(Object.values(answer as object)[0]);
}

/** Shopify waits 5 s, and Redis was asked first. */
const SPOOL_PATIENCE_MS = 1000;

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/**
 * MongoDB with majority and journal: what it acknowledged survives a failover and a power loss (P2).
 * The connection heals by itself. Reads are of the primary: a drain that loads what a secondary has not
 * seen yet would only be refused at its commit.
 * @param silenceMs 0: an answer may take as long as it takes
 */
export function openMongo(uri: string, { silenceMs = SILENCE_MS } = {}): Connection {
  return mongoose.createConnection(uri, {
    dbName: databaseOf(uri),
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    serverSelectionTimeoutMS: CONNECT_MS,
    socketTimeoutMS: silenceMs,
    readPreference: 'primary',
    ...DURABLE,
    readConcern: { level: 'majority' },
    maxPoolSize: 20,
  });
}

/**
 * The same for ingest's spool: it connects when it is first used, and says soon that MongoDB is away.
 * A plain client, because mongoose gives up when its first connection fails.
 */
export function openSpoolClient(uri: string): { client: mongoose.mongo.MongoClient; database: string } {
  const client = new mongoose.mongo.MongoClient(uri, {
    serverSelectionTimeoutMS: SPOOL_PATIENCE_MS,
    connectTimeoutMS: SPOOL_PATIENCE_MS,
    socketTimeoutMS: 2 * SPOOL_PATIENCE_MS,
    ...DURABLE,
    maxPoolSize: 5,
  });
  return { client, database: databaseOf(uri) };
}

/** Waits for MongoDB and refuses one that cannot commit many orders in one command (before 8.0). */
export async function mongoReady(mongo: Connection): Promise<void> {
  try {
    await mongo.asPromise();
  } catch (cause) {
    throw new Fault('unsuitable', `MongoDB did not answer within ${CONNECT_MS / 1000} s`, cause);
  }
  const { version } = await mongo.getClient().db().admin().buildInfo();
  const major = Number(String(version).split('.')[0]);
  if (!(major >= 8)) throw new Fault('unsuitable', `MongoDB is ${version}; 8.0 or later is needed`);
}

function databaseOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1] ?? 'lockstep';
}
