import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { settingsOf, type ServerUrls } from '../../testkit/local/lockstep.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { startOnFreePort, type Started } from '../../testkit/local/programs.ts';
import { SentLog } from '../../testkit/proof/sent-log.ts';
import type { RivalOutcome } from '../rivals/outcome.ts';
import type { Role } from '../rivals/rivals.ts';
import type { Sale } from '../sale/plan.ts';
import { newSending } from '../sale/run-sale.ts';
import { sendAll, type Sending } from '../sale/send.ts';
import { whileStopped } from '../sale/stopped.ts';
import { usedMemory } from '../sale/used-memory.ts';
import { BARE, type Contender } from './contenders.ts';
import { startOwnServer, type OwnServer } from './own-servers.ts';

/** What one contender did with one sale. */
export interface Race extends RivalOutcome {
  acksPerSecond: number;
  ackP99Ms: number;
  /** Events per second that reached MongoDB; null for a contender that applies none. */
  eventsPerSecond: number | null;
  /** Redis memory; null for a contender that stores nothing there. */
  bytesPerWaiting: number | null;
  /** Answers other than 200. */
  refused: number;
}

const CONNECTIONS = 50;
const LOOK_MS = 10;
/** A contender that has not applied everything by then has failed. */
const DRAIN_MS = 180_000;

/**
 * First, a smaller sale warms everything up; it is applied and not counted. Then a whole sale is accepted
 * while the workers are stopped, and then they apply it. The servers are emptied before.
 * @param afterwards further work on its database, before it is dropped
 * @throws if a contender does not apply everything in three minutes
 */
export async function race(
  contender: Contender,
  servers: ServerUrls,
  { sale, warmUp }: { sale: Sale; warmUp: Sale },
  workers: number,
  afterwards?: (mongo: Connection) => Promise<void>,
): Promise<Race> {
  const place = await emptied(servers);
  const started: Started[] = [];
  let own: OwnServer | undefined;
  try {
    own = contender.waitsIn && (await startOwnServer(contender.waitsIn));
    const start = async (role: Role) => {
      const one = await startOne(contender, role, { ...settingsOf(place.servers), ...own?.env });
      started.push(one);
      return one;
    };
    const { url } = await start('ingest');
    const working = await Promise.all(Array.from({ length: workers }, () => start('worker')));
    const options = { url, secret: SECRET, connections: CONNECTIONS, rate: null };
    const log = new SentLog();
    const send = async ({ deliveries }: Sale): Promise<Sending> => {
      const sending = { ...newSending(options), log };
      await sendAll(deliveries, options, sending);
      return sending;
    };

    await send(warmUp);
    if (contender !== BARE) await untilApplied(place, contender, warmUp.figures.events);
    const before = await usedMemory(place.redis);
    const { sent, after } = await whileStopped(working, async () => ({
      sent: await send(sale),
      after: await usedMemory(place.redis),
    }));
    const taken = takenOf(sent);
    if (contender === BARE) return { ...taken, ...NOTHING };

    const began = performance.now();
    await untilApplied(place, contender, warmUp.figures.events + sale.figures.events);
    const drained = (sale.figures.events * 1000) / (performance.now() - began);
    const deliveries = [...warmUp.deliveries, ...sale.deliveries];
    const outcome = await contender.outcome({ ...place, deliveries, log });
    await afterwards?.(place.mongo);
    const bytesPerWaiting = workers > 0 && !contender.waitsIn ? (after - before) / sale.figures.events : null;
    const eventsPerSecond = workers > 0 ? drained : taken.acksPerSecond;
    return { ...taken, ...outcome, eventsPerSecond, bytesPerWaiting };
  } finally {
    await Promise.all(started.map(({ program }) => program.stop()));
    await Promise.all([place.close(), own?.close()]);
  }
}

async function startOne(contender: Contender, role: Role, settings: NodeJS.ProcessEnv): Promise<Started> {
  const env = { ...process.env, ...settings };
  const setting = role === 'ingest' ? 'PORT' : 'ADMIN_PORT';
  return await startOnFreePort((port) => contender.start(role, { ...env, [setting]: port }));
}

function takenOf(sent: Sending): Pick<Race, 'acksPerSecond' | 'ackP99Ms' | 'refused'> {
  return {
    acksPerSecond: sent.acked / ((sent.lastAt - sent.firstAt) / 1000),
    ackP99Ms: sent.latencies.whole().p99Ms,
    refused: sent.sent - sent.acked,
  };
}

const NOTHING = { eventsPerSecond: null, bytesPerWaiting: null, lost: 0, twice: 0, inversions: 0, wrong: 0 };

interface Place {
  servers: ServerUrls;
  redis: Redis;
  mongo: Connection;
  close: () => Promise<void>;
}

let races = 0;

/** An empty Redis, and a new MongoDB database. */
async function emptied(servers: ServerUrls): Promise<Place> {
  races += 1;
  const mongoUri = servers.mongoUri.replace(/\/[^/]*$/, `/race-${races}`);
  const redis = new Redis(servers.redisUrl);
  await redis.flushall();
  const mongo = openMongo(mongoUri);
  await mongoReady(mongo);
  return {
    servers: { ...servers, mongoUri },
    redis,
    mongo,
    close: async () => {
      redis.disconnect();
      await mongo.dropDatabase();
      await mongo.close();
    },
  };
}

/** @throws if it takes more than three minutes */
async function untilApplied({ mongo }: Place, { name }: Contender, events: number): Promise<void> {
  const journal = mongo.getClient().db(mongo.name).collection('events');
  const deadline = Date.now() + DRAIN_MS;
  while ((await journal.estimatedDocumentCount()) < events) {
    if (Date.now() > deadline)
      throw new Error(`${name} has not applied everything after ${DRAIN_MS / 1000} s`);
    await sleep(LOOK_MS);
  }
}
