import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Component } from './lifecycle.ts';
import { PROGRAM_ID } from './program-id.ts';
import type { RedisKeys } from './redis-keys.ts';
import { redisNow } from './redis-now.ts';
import { repeating } from './repeating.ts';
import { within } from './within.ts';

/**
 * Heartbeats. Once a second every program reports that it is alive, with a few figures. A program that died
 * is shown as not responding for an hour; one that stops normally signs off and disappears at once. All times
 * are Redis's, because the clocks of programs may differ.
 *
 * Nothing else is promised: a heartbeat that cannot be sent is skipped, and no program waits for one.
 */
export const PROGRAMS = ['ingest', 'worker', 'dashboard', 'app', 'publisher'] as const;

/** What a program counts. null: there was nothing to measure. */
export type Figures = Readonly<Record<string, number | null>>;

const report = z.object({
  program: z.enum(PROGRAMS),
  /** ms since 1970, by the program's clock. */
  startedAt: z.number(),
  figures: z.record(z.string(), z.number().nullable()),
});

/** The last heartbeat of a program that sent one within the last hour. */
export interface Heartbeat extends z.infer<typeof report> {
  /** `<host>:<pid>` */
  id: string;
  /** Age of the heartbeat, in ms. */
  lastHeardMs: number;
}

const EVERY_MS = 1000;
/** Five heartbeats: a worker that processes a large order may miss one or two. */
const ALIVE_MS = 5000;
const FORGOTTEN_MS = 3_600_000;
/** How long a stopping program waits for Redis to take its sign-off. */
const LEAVE_MS = 500;

/**
 * Records one program's heartbeat and deletes expired ones.
 * KEYS  1 heartbeats  2 reports      ARGV  1 program  2 its report  3 ms until a heartbeat expires
 */
const RECORD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3], 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
`;

/** Heartbeats are in partition 0. */
type HeartbeatKeys = Pick<RedisKeys, 'heartbeats' | 'heartbeatReports'>;

/**
 * @param figures what to report; called once per heartbeat
 * @param id only tests pass another one
 */
export function createHeartbeats(
  redis: Redis,
  keys: HeartbeatKeys,
  program: (typeof PROGRAMS)[number],
  figures: () => Promise<Figures>,
  id = PROGRAM_ID,
): Component {
  const startedAt = Date.now();
  let stopped = false;
  const send = async () => {
    const latest = JSON.stringify({ program, startedAt, figures: await figures() });
    // While Redis is down, commands would pile up in the connection's queue.
    if (redis.status === 'ready' && !stopped)
      await redis.eval(RECORD, 2, keys.heartbeats, keys.heartbeatReports, id, latest, FORGOTTEN_MS);
  };
  // The connection logs its own errors. To others, this program is not responding, which is right.
  const sending = repeating('heartbeats', EVERY_MS, send, () => undefined);
  return {
    name: sending.name,
    start: () => {
      sending.start();
      void sending.once();
    },
    stop: async () => {
      stopped = true;
      // A heartbeat that is under way sends nothing from here on, and is not waited for: Redis may hang.
      void sending.stop();
      if (redis.status !== 'ready') return;
      const leave = redis.multi().zrem(keys.heartbeats, id).hdel(keys.heartbeatReports, id).exec();
      await within(leave, LEAVE_MS).catch(() => undefined);
    },
  };
}

/** Heartbeats of the last hour, newest first, at most 1000. Reports that cannot be parsed are skipped. */
export async function readHeartbeats(redis: Redis, keys: HeartbeatKeys): Promise<Heartbeat[]> {
  const [now, heard] = await Promise.all([
    redisNow(redis),
    redis.zrange(keys.heartbeats, '0', '999', 'REV', 'WITHSCORES'),
  ]);
  const flat = (heard as unknown[]).flat().map(String);
  const ids = flat.filter((_, i) => i % 2 === 0);
  if (ids.length === 0) return [];
  const texts = await redis.hmget(keys.heartbeatReports, ...ids);
  return ids.flatMap((id, i) => {
    const lastHeardMs = Math.max(0, now - Number(flat[2 * i + 1]));
    const reading = report.safeParse(readJson(texts[i] ?? ''));
    return reading.success && lastHeardMs < FORGOTTEN_MS ? [{ ...reading.data, id, lastHeardMs }] : [];
  });
}

/** Whether a program is working. A frozen process stays connected to Redis but sends no heartbeats. */
export function isAlive({ lastHeardMs }: Pick<Heartbeat, 'lastHeardMs'>): boolean {
  return lastHeardMs < ALIVE_MS;
}

export function workersAlive(heard: readonly Heartbeat[]): number {
  return heard.filter((heartbeat) => heartbeat.program === 'worker' && isAlive(heartbeat)).length;
}

/** Forged webhooks, summed over all ingest programs with a heartbeat, each counted since its start. */
export function forgedOf(heard: readonly Heartbeat[]): number {
  return heard.reduce((sum, { figures }) => sum + (figures.forged ?? 0), 0);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
