import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Part } from './lifecycle.ts';
import { PROGRAM_ID } from './program-id.ts';
import type { RedisKeys } from './redis-keys.ts';
import { within } from './within.ts';

/**
 * Every program tells once a second that it lives, and a few figures. One that died is shown for an hour as not
 * heard of; one that stops says so and is gone at once. All times are Redis's: the clocks of programs may differ.
 *
 * It promises nothing else: a beat that cannot be sent is not sent, and no program waits for one.
 */
export const PROGRAMS = ['ingest', 'worker', 'dashboard', 'app'] as const;

/** What a program counts; null where there was nothing to measure. */
export type Figures = Readonly<Record<string, number | null>>;

const told = z.object({
  program: z.enum(PROGRAMS),
  /** ms since 1970, by the program's clock. */
  startedAt: z.number(),
  figures: z.record(z.string(), z.number().nullable()),
});

/** A program that was heard of in the last hour. */
export interface Beat extends z.infer<typeof told> {
  /** `<host>:<pid>` */
  id: string;
  /** How long ago. */
  lastHeardMs: number;
}

const EVERY_MS = 1000;
/** Five beats. A worker that decides about a large order may miss one or two. */
const ALIVE_MS = 5000;
const FORGOTTEN_MS = 3_600_000;
/** A program that stops says so, where Redis answers soon. */
const LEAVE_MS = 500;

/**
 * Remembers one program, forgets those that were not heard of for too long.
 * KEYS  1 beats  2 told      ARGV  1 program  2 what it tells  3 ms after which one is forgotten
 */
const BEAT = `
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

/** Where beats are: the keys of partition 0. */
type BeatKeys = Pick<RedisKeys, 'beats' | 'told'>;

/**
 * @param figures what to tell; asked once for each beat
 * @param id another one only in tests
 */
export function beats(
  redis: Redis,
  keys: BeatKeys,
  program: (typeof PROGRAMS)[number],
  figures: () => Promise<Figures>,
  id = PROGRAM_ID,
): Part {
  const startedAt = Date.now();
  let timer: NodeJS.Timeout | null = null;
  let underWay: Promise<void> | null = null;
  const beat = async () => {
    const tells = JSON.stringify({ program, startedAt, figures: await figures() });
    // A command to a Redis that is away would wait in line, and its like behind it.
    if (redis.status === 'ready' && timer)
      await redis.eval(BEAT, 2, keys.beats, keys.told, id, tells, FORGOTTEN_MS);
  };
  const beatOnce = () => {
    // What went wrong the connection logs itself; to others this program is silent, as it should be.
    underWay ??= beat()
      .catch(() => undefined)
      .finally(() => (underWay = null));
  };
  return {
    name: 'beats',
    start: () => {
      timer = setInterval(beatOnce, EVERY_MS);
      beatOnce();
    },
    stop: async () => {
      if (timer) clearInterval(timer);
      timer = null;
      if (redis.status !== 'ready') return;
      const leave = redis.multi().zrem(keys.beats, id).hdel(keys.told, id).exec();
      await within(leave, LEAVE_MS).catch(() => undefined);
    },
  };
}

/** Who was heard of in the last hour, latest first; 1000 at most. What is not ours to read is passed over. */
export async function readBeats(redis: Redis, keys: BeatKeys): Promise<Beat[]> {
  const [time, heard] = await Promise.all([
    redis.time(),
    redis.zrange(keys.beats, '0', '999', 'REV', 'WITHSCORES'),
  ]);
  const now = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  const flat = (heard as unknown[]).flat().map(String);
  const ids = flat.filter((_, i) => i % 2 === 0);
  if (ids.length === 0) return [];
  const texts = await redis.hmget(keys.told, ...ids);
  return ids.flatMap((id, i) => {
    const lastHeardMs = Math.max(0, now - Number(flat[2 * i + 1]));
    const reading = told.safeParse(readJson(texts[i] ?? ''));
    return reading.success && lastHeardMs < FORGOTTEN_MS ? [{ ...reading.data, id, lastHeardMs }] : [];
  });
}

/** Whether a program works: a process that stands still is connected all the same, and beats no more. */
export function isAlive({ lastHeardMs }: Pick<Beat, 'lastHeardMs'>): boolean {
  return lastHeardMs < ALIVE_MS;
}

export function workersAlive(heard: readonly Beat[]): number {
  return heard.filter((beat) => beat.program === 'worker' && isAlive(beat)).length;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
