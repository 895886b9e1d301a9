import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';

/** A Redis process of our own. */
export interface LocalRedis {
  url: string;
  port: number;
  pid: number;
  stop: () => Promise<void>;
}

/** How long startup may take; loading an AOF of some gigabytes takes seconds. */
const START_MS = 60_000;
/** How long shutdown may take: the AOF is already on disk. */
const STOP_MS = 10_000;

/**
 * Starts Redis on loopback as Lockstep needs it: every write is on disk before its answer, nothing is
 * evicted. Data in `folder` survives a restart.
 * @param command redis-server or valkey-server, whichever is installed
 * @param more further settings, as redis.conf names them: `{ maxmemory: '64mb' }`
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

/** Two servers must not share an AOF: a server whose owner was killed may still be stopping. */
async function untilFolderIsFree(folder: string): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  while (runs(folder)) {
    if (Date.now() > deadline)
      throw new Error(`${pidFileOf(folder)}: a Redis server is still running on this folder`);
    await sleep(50);
  }
}

/**
 * Redis removes its pid file when it stops normally. After a kill, the file remains, and another process may
 * have its number now.
 */
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
  if (!found) throw new Error('redis-server not found: run "node scripts/set-up.mjs"');
  return found;
}

async function answersPing(port: number, ended: Promise<void>): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      redis.ping(),
      ended.then(() => Promise.reject(new Error('Redis ended during startup'))),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('Redis did not start')), START_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
