import { Redis, type RedisOptions } from 'ioredis';
import mongoose, { type Connection } from 'mongoose';
import { CONNECTION_NAME } from './connected.ts';
import { releaseWaitingWrites } from './mongodb-driver-fix.ts';
import { Fault } from './errors.ts';
import type { Logger } from './log.ts';
import { within } from './within.ts';

releaseWaitingWrites();

/** How long a starting program waits for a server before it gives up. */
const CONNECT_MS = 10_000;

/**
 * A connection that is silent for so long while a command is open is dead: its host disappeared without
 * closing it. Longer than the 10 s that a blocking command of BullMQ's workers takes.
 */
const SOCKET_MS = 15_000;

/** A MongoDB that is silent for so long counts as down. The drain is repeated and finds what was committed. */
const SILENCE_MS = 15_000;

/**
 * `impatient`: an answer or an error immediately (ingest, dashboard, app), without queue or retries.
 * `patient`: waits for Redis as long as it takes (BullMQ's workers need this).
 */
const TEMPERS = {
  impatient: { enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  patient: { maxRetriesPerRequest: null },
} as const satisfies Record<string, RedisOptions>;

/** Not anchored: before Redis 7, an error from a script begins with `ERR Error running script`. */
const READ_ONLY = /\bREADONLY\b/;

/**
 * A connection that reconnects automatically: after 50 ms, then doubling up to 1 s. Errors are logged once
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
    connectionName: CONNECTION_NAME,
    enableAutoPipelining: true,
    connectTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    // A primary that became a replica keeps its connections. The address may now lead to the new primary.
    reconnectOnError: (error) => READ_ONLY.test(error.message),
    retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 6), 1000),
  });
  let away = false;
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  redis.on('error', (error: Error) => {
    if (!away) log.error({ because: error.message || error.name }, 'Redis is down');
    away = true;
  });
  return redis;
}

/**
 * A primary that became a replica keeps its connections and answers READONLY. ioredis reconnects after such
 * an error of a command. An error that a script catches and returns as its answer is handled here.
 */
export function reconnectIfReadOnly(redis: Redis, why: string): void {
  if (READ_ONLY.test(why) && redis.status === 'ready') redis.disconnect(true);
}

/** Waits until a connection is usable. @throws Fault unsuitable after `ms` */
export async function redisReady(redis: Redis, ms = CONNECT_MS): Promise<void> {
  if (redis.status === 'ready') return;
  const ready = new Promise<void>((resolve) => redis.once('ready', resolve));
  await within(ready, ms).catch(() => {
    throw new Fault('unsuitable', `Redis did not answer within ${ms / 1000} s`);
  });
}

/**
 * Refuses a Redis that may drop stored events, and warns of one that may lose the last second (P2).
 * Fails open if CONFIG is not allowed (managed Redis): it warns that the settings could not be checked.
 */
export async function checkRedis(redis: Redis, log: Logger): Promise<void> {
  const setting = async (name: string) => (await redis.config('GET', name)) as unknown;
  try {
    const policy = valueOf(await setting('maxmemory-policy'));
    if (policy !== 'noeviction')
      throw new Fault(
        'unsuitable',
        `Redis has maxmemory-policy ${policy}, which drops waiting events when memory runs out; set it to noeviction`,
      );
    const [aof, fsync] = [valueOf(await setting('appendonly')), valueOf(await setting('appendfsync'))];
    if (aof !== 'yes') log.warn('Redis has appendonly no: accepted events are lost when it restarts');
    else if (fsync !== 'always')
      log.warn(`Redis has appendfsync ${fsync}: a power loss may lose the last second of accepted events`);
  } catch (error) {
    if (error instanceof Fault) throw error;
    log.warn('Redis does not show its settings: make sure that maxmemory-policy is noeviction and AOF is on');
  }
}

/** CONFIG GET answers a list in RESP2 and a map in RESP3. */
function valueOf(answer: unknown): string {
  if (Array.isArray(answer)) return String(answer[1]);
  if (answer instanceof Map) return String([...answer.values()][0]);
  return String(Object.values(answer as object)[0]);
}

/** Shopify waits 5 s for the whole request, and Redis was tried first. */
const SPOOL_TIMEOUT_MS = 1000;

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** The driver prefers its options to those in the address. Here, the address takes precedence. */
const SELECTION_TIMEOUT = /[?&]serverSelectionTimeoutMS=/i;

/**
 * MongoDB with majority and journal: what it acknowledged survives a failover and a power loss (P2). The
 * connection recovers automatically. Reads go to the primary: a drain that loads a stale order from a
 * secondary would only be refused at its commit.
 * @param silenceMs 0: no limit
 */
export function openMongo(uri: string, { silenceMs = SILENCE_MS } = {}): Connection {
  return mongoose.createConnection(uri, {
    dbName: databaseOf(uri),
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    ...(SELECTION_TIMEOUT.test(uri) ? {} : { serverSelectionTimeoutMS: CONNECT_MS }),
    socketTimeoutMS: silenceMs,
    readPreference: 'primary',
    ...DURABLE,
    readConcern: { level: 'majority' },
    maxPoolSize: 20,
  });
}

/**
 * The same for ingest's spool. It connects on first use, and fails fast while MongoDB is down.
 * A plain client, because mongoose gives up if its first connection fails.
 */
export function openSpoolClient(uri: string): { client: mongoose.mongo.MongoClient; database: string } {
  const client = new mongoose.mongo.MongoClient(uri, {
    serverSelectionTimeoutMS: SPOOL_TIMEOUT_MS,
    connectTimeoutMS: SPOOL_TIMEOUT_MS,
    socketTimeoutMS: 2 * SPOOL_TIMEOUT_MS,
    ...DURABLE,
    maxPoolSize: 5,
  });
  return { client, database: databaseOf(uri) };
}

/**
 * Waits for MongoDB. A server before 8.0 is refused: it cannot commit many orders in one command.
 * @throws Fault unsuitable
 */
export async function mongoReady(mongo: Connection): Promise<void> {
  try {
    await mongo.asPromise();
  } catch (cause) {
    throw new Fault('unsuitable', `MongoDB did not answer within ${CONNECT_MS / 1000} s`, cause);
  }
  const { version } = await mongo.getClient().db().admin().buildInfo();
  const major = Number(String(version).split('.')[0]);
  if (!(major >= 8)) throw new Fault('unsuitable', `MongoDB is ${version}; 8.0 or later is required`);
}

function databaseOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1] ?? 'lockstep';
}
