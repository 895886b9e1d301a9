import type { Redis } from 'ioredis';
import { within } from '../system/within.ts';
import { decodeHolder, type Holder } from './holder.ts';

/** A lock that somebody holds. */
export interface HeldLock {
  /** Another for every holder. */
  token: string;
  /** Null where the lock's value does not say. */
  holder: Holder | null;
  ttlLeftMs: number;
  /** Null where the holder is not known. Both by the server's clock against the holder's. */
  ageMs: number | null;
  extensions: number | null;
}

/**
 * Sees locks from outside, and takes one from its holder. With several lock servers a lock is held by
 * whom a majority of them names, as Redlock has it; where no majority answers, nothing is said or done.
 */
export interface LockKeeper {
  /** @throws Error where too few servers answer */
  read: (keys: readonly string[]) => Promise<(HeldLock | null)[]>;
  /** Takes a lock away, if its holder is the one of the token. @throws Error where too few servers answer */
  takeAway: (key: string, token: string) => Promise<'taken' | 'changed' | 'gone'>;
}

/** A lock server that hangs must not hold up who looks. */
const SERVER_MS = 1500;

/**
 * Compare and delete: takes only what was shown.
 * KEYS  1 lock      ARGV  1 the value that was shown
 * Answers 1 taken, 0 somebody else's by now, -1 nobody's.
 */
const TAKE_AWAY = `
local value = redis.call('GET', KEYS[1])
if not value then return -1 end
if value ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
`;

/** @param ttlMs LOCK_TTL_MS of the workers: what tells when a lock was last extended */
export function lockKeeper(servers: readonly Redis[], ttlMs: number): LockKeeper {
  const quorum = Math.floor(servers.length / 2) + 1;

  const ask = async <Answer>(question: (server: Redis) => Promise<Answer>): Promise<Answer[]> => {
    const asked = await Promise.allSettled(servers.map((server) => within(question(server), SERVER_MS)));
    const answers = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (answers.length < quorum)
      throw new Error(`only ${answers.length} of ${servers.length} lock servers answer`);
    return answers;
  };
  const look = async (keys: readonly string[]): Promise<(Seen | null)[]> => {
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
      // A minority that another took meanwhile is none: it gives that back.
      if (count(0) >= quorum) return 'changed';
      return count(1) > 0 ? 'taken' : 'gone';
    },
  };
}

/** A key on one server, as it was seen. */
interface Seen {
  value: string;
  ttlLeftMs: number;
  now: number;
}

/** All keys on one server, in one round trip. */
async function sightOf(server: Redis, keys: readonly string[]): Promise<(Seen | null)[]> {
  const pipeline = server.pipeline().time();
  for (const key of keys) pipeline.get(key).pttl(key);
  const answers = (await pipeline.exec()) ?? [];
  const failed = answers.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  const [time, ...seen] = answers.map(([, answer]) => answer);
  const [seconds, micros] = (time ?? []) as [string, string];
  const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  return keys.map((_, i) => {
    const value = seen[2 * i] as string | null | undefined;
    return typeof value === 'string' ? { value, ttlLeftMs: Math.max(0, Number(seen[2 * i + 1])), now } : null;
  });
}

/** What a majority has. It has it for as long as the last server does that a majority cannot do without. */
function agreed(seen: readonly (Seen | null | undefined)[], quorum: number): Seen | null {
  const there = seen.filter((each) => each !== null && each !== undefined);
  for (const same of Map.groupBy(there, ({ value }) => value).values()) {
    const [decisive] = same.toSorted((a, b) => b.ttlLeftMs - a.ttlLeftMs).slice(quorum - 1);
    if (decisive) return decisive;
  }
  return null;
}

/** Extensions are not written down: one is made every third of a lock's life, the last when its TTL began. */
function heldLock({ value, ttlLeftMs, now }: Seen, ttlMs: number): HeldLock {
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
