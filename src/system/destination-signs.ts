import type { Redis } from 'ioredis';
import { inPartitionOf, redisKeys, type RedisKeys } from './redis-keys.ts';
import { redisNow } from './redis-now.ts';

/**
 * What publishers record about destinations in Redis, for the status and the pages: how many effects ended in each
 * second, whether a destination is down, and what a publisher cannot open. All times are Redis's. Nothing depends on
 * these records: if Redis loses them, the figures are unknown until publishers have written them again.
 */
export interface DestinationSigns {
  /** Effects that ended since the last call. */
  ended: (destination: string, count: number) => Promise<void>;
  /** A destination is down, or asked for a pause: nothing is sent to it for so long. */
  open: (destination: string, pauseMs: number, because: string) => Promise<void>;
  /** It accepts messages again. */
  close: (destination: string) => Promise<void>;
  /** What this publisher cannot open: the name of a destination or a file, and why. */
  problems: (publisher: string, problems: Readonly<Record<string, string>>) => Promise<void>;
}

/** `closed`: it is sent to. `half_open`: some orders try whether it works again. */
export const CIRCUIT_STATES = ['closed', 'half_open', 'open'] as const;
type CircuitState = (typeof CIRCUIT_STATES)[number];

interface Circuit {
  state: CircuitState;
  /** Since when it is not closed, in ms since 1970. */
  since: number | null;
  /** For how long nothing is sent, in ms. */
  pausedForMs: number;
  because: string | null;
}

/** How fast effects of a destination end, over all publishers. */
interface EndedRates {
  /** Per second, over the last minute. */
  perSecond: number;
  /** Per second, over the last 10 s, or since work began in this time. Null: none, or too short to know. */
  recentPerSecond: number | null;
}

/** KEYS 1 the hash   ARGV 1 count  2 s that are kept  3 ms until it expires */
const ENDED = `
local now = tonumber(redis.call('TIME')[1])
redis.call('HINCRBY', KEYS[1], now, ARGV[1])
for _, second in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(second) < now - ARGV[2] then redis.call('HDEL', KEYS[1], second) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;
/** KEYS 1 the hash   ARGV 1 ms of the pause  2 why  3 ms that it is kept after the pause */
const OPEN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], 'since', string.format('%.0f', now))
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[1]), 'because', ARGV[2])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[1] + ARGV[3]))
`;
/** KEYS 1 the hash   ARGV 1 the publisher  2 its problems as JSON  3 ms until the hash expires */
const PROBLEMS = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

const KEPT_SECONDS = 120;
const COUNTS_EXPIRE_MS = 180_000;
/** If all publishers died meanwhile, nobody would close it. */
const TRYING_MS = 300_000;
const PROBLEMS_EXPIRE_MS = 3_600_000;
/** A publisher writes its problems every second. */
const SILENT_MS = 15_000;

export function createDestinationSigns(redis: Redis, partitions: readonly RedisKeys[]): DestinationSigns {
  const keysOf = (destination: string) => inPartitionOf(destination, partitions);
  const { publisherProblems } = redisKeys(0);
  return {
    ended: async (destination, count) => {
      const key = keysOf(destination).effectsEnded(destination);
      await redis.eval(ENDED, 1, key, count, KEPT_SECONDS, COUNTS_EXPIRE_MS);
    },
    open: async (destination, pauseMs, because) => {
      const key = keysOf(destination).effectsCircuit(destination);
      await redis.eval(OPEN, 1, key, Math.round(pauseMs), because, TRYING_MS);
    },
    close: async (destination) => void (await redis.del(keysOf(destination).effectsCircuit(destination))),
    problems: async (publisher, problems) => {
      if (Object.keys(problems).length === 0) return void (await redis.hdel(publisherProblems, publisher));
      const json = JSON.stringify(problems);
      await redis.eval(PROBLEMS, 1, publisherProblems, publisher, json, PROBLEMS_EXPIRE_MS);
    },
  };
}

/** What is recorded of a destination. */
export interface SignsRead {
  rates: EndedRates;
  circuit: Circuit;
}

export async function readSigns(
  redis: Redis,
  partitions: readonly RedisKeys[],
  destination: string,
): Promise<SignsRead> {
  const keys = inPartitionOf(destination, partitions);
  const [now, ended, circuit] = await Promise.all([
    redisNow(redis),
    redis.hgetall(keys.effectsEnded(destination)),
    redis.hgetall(keys.effectsCircuit(destination)),
  ]);
  return { rates: ratesOf(ended, now), circuit: circuitOf(circuit, now) };
}

/** What publishers cannot open now, by the name of the destination or file. */
export async function readProblems(redis: Redis): Promise<Map<string, string>> {
  const [now, found] = await Promise.all([redisNow(redis), redis.hgetall(redisKeys(0).publisherProblems)]);
  const fresh = Object.values(found).filter((text) => now - Number.parseInt(text, 10) < SILENT_MS);
  return new Map(
    fresh.flatMap((text) =>
      Object.entries(JSON.parse(text.slice(text.indexOf(' ') + 1)) as Record<string, string>),
    ),
  );
}

const MINUTE_S = 60;
const RECENT_S = 10;
/** Below this, the counts of single seconds differ too much. */
const SHORTEST_S = 3;

/** Whole seconds only: the current one has not ended. */
function ratesOf(ended: Record<string, string>, nowMs: number): EndedRates {
  const now = Math.floor(nowMs / 1000);
  const since = (from: number) =>
    Object.entries(ended)
      .filter(([second]) => Number(second) >= from && Number(second) < now)
      .reduce((sum, [, count]) => sum + Number(count), 0);
  const seconds = Object.keys(ended).map(Number);
  // Work may have begun within its first second, so the window begins after it.
  const from = 1 + Math.min(...seconds.filter((second) => second >= now - 1 - RECENT_S));
  const recent = now - from < SHORTEST_S ? 0 : since(from) / (now - from);
  return { perSecond: since(now - MINUTE_S) / MINUTE_S, recentPerSecond: recent === 0 ? null : recent };
}

function circuitOf({ since, until, because }: Record<string, string>, now: number): Circuit {
  if (since === undefined || until === undefined)
    return { state: 'closed', since: null, pausedForMs: 0, because: null };
  const pausedForMs = Math.max(0, Number(until) - now);
  return {
    state: pausedForMs > 0 ? 'open' : 'half_open',
    since: Number(since),
    pausedForMs,
    because: because ?? null,
  };
}
