import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMongo } from '../../testkit/local/mongo.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { startProgram, untilReady, type RunningProgram } from '../../testkit/local/programs.ts';
import { startRedis } from '../../testkit/local/redis.ts';

/** The Lockstep under test. */
export interface Target {
  ingestUrl: string;
  secret: string;
  redisUrl: string;
  mongoUri: string;
  partitions: number;
  /** The URLs of its workers' metrics; empty if unknown. */
  workerUrls: string[];
  close: () => Promise<void>;
}

/** Redis and MongoDB for one test, as long as it runs. */
export interface Servers {
  redisUrl: string;
  mongoUri: string;
  close: () => Promise<void>;
}

const SECRET = 'a-secret-of-the-load-test';

/** Both on free loopback ports, in a folder that `close` removes. */
export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-load-'));
  const [redis, mongo] = await Promise.all([startRedis(`${folder}/redis`), startMongo(`${folder}/mongo`)]);
  return {
    redisUrl: redis.url,
    mongoUri: mongo.uri,
    close: async () => {
      await Promise.all([redis.stop(), mongo.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A program of a stack, and its address. */
export interface Started {
  program: RunningProgram;
  url: string;
}

/** Settings for Lockstep's programs and its rivals': log warnings only; everything else is the default. */
export function programEnv(
  servers: Pick<Servers, 'redisUrl' | 'mongoUri'>,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv & { SHOPIFY_API_SECRET: string } {
  return {
    ...process.env,
    LOG_LEVEL: 'warn',
    ...more,
    REDIS_URL: servers.redisUrl,
    MONGODB_URI: servers.mongoUri,
    SHOPIFY_API_SECRET: SECRET,
  };
}

/** Starts a program on a free port, and waits until it is ready. */
export async function startOnFreePort(
  portName: 'PORT' | 'ADMIN_PORT',
  env: NodeJS.ProcessEnv,
  start: (env: NodeJS.ProcessEnv) => RunningProgram,
): Promise<Started> {
  const port = await freePort();
  const program = start({ ...env, [portName]: String(port) });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(program, url);
  return { program, url };
}

/** A complete stack: Redis, MongoDB, one ingest and some workers. */
export async function startStack(workers: number): Promise<Target> {
  const servers = await startServers();
  const env = programEnv(servers);
  const started: Started[] = [];
  const close = async () => {
    await Promise.all(started.map(({ program }) => program.stop()));
    await servers.close();
  };
  try {
    const ingest = await startOnFreePort('PORT', env, (own) => startProgram('ingest', own, 'inherit'));
    started.push(ingest);
    for (let i = 0; i < workers; i += 1)
      started.push(await startOnFreePort('ADMIN_PORT', env, (own) => startProgram('worker', own, 'inherit')));
    return {
      ingestUrl: ingest.url,
      secret: SECRET,
      redisUrl: servers.redisUrl,
      mongoUri: servers.mongoUri,
      partitions: Number(env.PARTITIONS || 1),
      workerUrls: started.slice(1).map(({ url }) => url),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
