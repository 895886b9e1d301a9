import type { Redis } from 'ioredis';
import { redisMs } from '../system/redis-now.ts';
import { within } from '../system/within.ts';
import { decodeHolder, type Holder } from './holder.ts';

/** A lock that is held. */
export interface HeldLock {
  /** Unique to each holder. */
  token: string;
  /** Null if the lock's value does not contain it. */
  holder: Holder | null;
  ttlLeftMs: number;
  /** Null if the holder is unknown. Like `extensions`, it compares the server's clock with the holder's. */
  ageMs: number | null;
  extensions: number | null;
}

/**
 * Reads locks, and releases a lock by force. With several lock servers, the holder is the one that a majority
 * of them has, as in Redlock. If no majority answers, nothing is returned or changed.
 */
export interface LockKeeper {
  /** @throws Error if too few servers answer */
  read: (keys: readonly string[]) => Promise<(HeldLock | null)[]>;
  /** Releases a lock if its holder still has this token. @throws Error if too few servers answer */
  takeAway: (key: string, token: string) => Promise<'taken' | 'changed' | 'gone'>;
}

/** A lock server that hangs must not block the others. */
const SERVER_MS = 1500;

/**
 * Compare and delete: releases the lock only from the holder that was shown.
 * KEYS  1 lock      ARGV  1 the value that was shown
 * Returns 1 if released, 0 if it has another holder by now, -1 if it has none.
 */
const TAKE_AWAY = `
local value = redis.call('GET', KEYS[1])
if not value then return -1 end
if value ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
`;

/** @param ttlMs the workers' LOCK_TTL_MS, from which the last extension is computed */
export function createLockKeeper(servers: readonly Redis[], ttlMs: number): LockKeeper {
  const quorum = Math.floor(servers.length / 2) + 1;

  const ask = async <Answer>(question: (server: Redis) => Promise<Answer>): Promise<Answer[]> => {
    const asked = await Promise.allSettled(servers.map((server) => within(question(server), SERVER_MS)));
    const answers = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (answers.length < quorum)
      throw new Error(`only ${answers.length} of ${servers.length} lock servers answer`);
    return answers;
  };
  const look = async (keys: readonly string[]): Promise<(SeenKey | null)[]> => {
    const sights = await ask((server) => sightOf(server, keys));
    return keys.map((_, i) =>
      agreed(
        sights.map((sight) => sight[i]),
        quorum,
      ),
    );
  };
  return {
    read: async (keys) =>
      keys.length === 0 ? [] : (await look(keys)).map((each) => each && heldLock(each, ttlMs)),
    takeAway: async (key, token) => {
      const [shown] = await look([key]);
      if (!shown) return 'gone';
      if (decodeHolder(shown.value).token !== token) return 'changed';
      const answers = await ask((server) => server.eval(TAKE_AWAY, 1, key, shown.value));
      const count = (wanted: number) => answers.filter((answer) => Number(answer) === wanted).length;
      // A new holder with only a minority does not count: it gives the lock back.
      if (count(0) >= quorum) return 'changed';
      return count(1) > 0 ? 'taken' : 'gone';
    },
  };
}

/** A key on one server, when it was read. */
interface SeenKey {
  value: string;
  ttlLeftMs: number;
  now: number;
}

/** All keys on one server, in one round trip. */
async function sightOf(server: Redis, keys: readonly string[]): Promise<(SeenKey | null)[]> {
  const pipeline = server.pipeline().time();
  for (const key of keys) pipeline.get(key).pttl(key);
  const answers = (await pipeline.exec()) ?? [];
  const failed = answers.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  const [time, ...seen] = answers.map(([, answer]) => answer);
  const now = redisMs((time ?? []) as [string, string]);
  return keys.map((_, i) => {
    const value = seen[2 * i] as string | null | undefined;
    return typeof value === 'string' ? { value, ttlLeftMs: Math.max(0, Number(seen[2 * i + 1])), now } : null;
  });
}

/** The value that a majority of servers has. Its time left is the quorum-th longest. */
function agreed(seen: readonly (SeenKey | null | undefined)[], quorum: number): SeenKey | null {
  const there = seen.filter((each) => each !== null && each !== undefined);
  for (const same of Map.groupBy(there, ({ value }) => value).values()) {
    const [decisive] = same.toSorted((a, b) => b.ttlLeftMs - a.ttlLeftMs).slice(quorum - 1);
    if (decisive) return decisive;
  }
  return null;
}

/** Extensions are computed, not recorded: a lock is extended every third of its TTL, which then restarts. */
function heldLock({ value, ttlLeftMs, now }: SeenKey, ttlMs: number): HeldLock {
  const { token, holder } = decodeHolder(value);
  if (!holder) return { token, holder, ttlLeftMs, ageMs: null, extensions: null };
  const lastExtended = now - (ttlMs - ttlLeftMs);
  return {
    token,
    holder,
    ttlLeftMs,
    ageMs: Math.max(0, now - holder.since),
    extensions: Math.max(0, Math.round((lastExtended - holder.since) / (ttlMs / 3))),
  };
}
