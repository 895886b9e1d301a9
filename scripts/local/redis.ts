import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';

/** A Redis of our own. */
export interface LocalRedis {
  url: string;
  port: number;
  pid: number;
  stop: () => Promise<void>;
}

/** How long a start may take; reading back an AOF of some gigabytes takes seconds. */
const START_MS = 60_000;
/** How long an end may take: the AOF is on disk already. */
const STOP_MS = 10_000;

/**
 * Starts Redis on loopback as Lockstep needs it: every write on disk before its answer, nothing evicted.
 * Data in `folder` outlives a restart.
 * @param command redis-server or valkey-server, whichever is installed
 * @param more settings besides these, as redis.conf names them: `{ maxmemory: '64mb' }`
 */
export async function startRedis(
  folder: string,
  port?: number,
  command = serverCommand(),
  more: Readonly<Record<string, string>> = {},
): Promise<LocalRedis> {
  mkdirSync(folder, { recursive: true });
  await untilFolderIsFree(folder);
  const chosen = port ?? (await freePort());
  const settings = {
    port: String(chosen),
    bind: '127.0.0.1',
    dir: path.resolve(folder),
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    databases: '4096',
    daemonize: 'no',
    pidfile: pidFileOf(folder),
    ...more,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const tether = path.join(import.meta.dirname, 'tether.ts');
  const child = spawn(process.execPath, [tether, command, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answersPing(chosen, ended);
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    pid: pidOf(folder),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const pidFileOf = (folder: string) => path.resolve(folder, 'redis.pid');

const pidOf = (folder: string) => Number(readFileSync(pidFileOf(folder), 'utf8'));

/** Two servers must not share an AOF: one whose owner was killed may still be ending. */
async function untilFolderIsFree(folder: string): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  while (runs(folder)) {
    if (Date.now() > deadline) throw new Error(`${pidFileOf(folder)}: a Redis still runs on this folder`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Redis removes its pid file when it ends in peace; of one that was killed, the number may be another's now. */
function runs(folder: string): boolean {
  try {
    return readFileSync(`/proc/${pidOf(folder)}/cmdline`, 'utf8').includes('-server');
  } catch {
    return false;
  }
}

function serverCommand(): string {
  const found = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (!found) throw new Error('there is no redis-server: run "node scripts/set-up.mjs"');
  return found;
}

async function answersPing(port: number, ended: Promise<void>): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      redis.ping(),
      ended.then(() => Promise.reject(new Error('Redis ended while starting'))),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('Redis did not start')), START_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
