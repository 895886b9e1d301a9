import type { Redis } from 'ioredis';
import Redlock from 'redlock';
import { createBatcher } from '../system/batcher.ts';
import { Fault } from '../system/errors.ts';
import { PROGRAM_ID } from '../system/program-id.ts';
import { encodeHolder } from './holder.ts';

/** A held lock. */
export interface Lease {
  /** `<host>:<pid>` of the holder. */
  holder: string;
  /** When the lock was requested, ms since 1970. It is held from then on, or a round trip later. */
  since: number;
  /** Aborted, with a {@link Fault} lock_lost, as soon as another holder may have the lock. */
  signal: AbortSignal;
  /** @throws Fault lock_lost, also if the process was stopped and its timer has not run since */
  assertHeld: () => void;
  /** Asks the servers as well: an operator may have released the lock by force. @throws Fault lock_lost */
  confirmHeld: () => Promise<void>;
  release: () => Promise<void>;
}

/**
 * One worker per order (P4), by Redlock. It never waits: if the lock is busy, another drain is working or has
 * stalled. The lock keeps workers out of each other's way, but safety does not depend on it: if a holder
 * stalls past its lock, MongoDB refuses its commit by version.
 *
 * redlock 4.2.0: 5.0.0-beta.2 is abandoned, and counts an expiry from its first attempt
 * (docs/decisions/0003-redlock-4-2.md).
 */
export interface Locks {
  /**
   * Null if the lock is held, or if too few of its servers answer: try again later.
   * @param keys one lock, or several that are acquired together or not at all
   * @param job what the lock is for; operators see it
   */
  acquire: (keys: string | string[], job: string) => Promise<Lease | null>;
  /** Each by itself, but in one round trip if all of them are free. @param keys of one partition */
  acquireEach: (keys: readonly string[], job: string) => Promise<(Lease | null)[]>;
}

/** Locks that are released in one round trip. */
const RELEASED = { largest: 100, atATime: 4, mayWait: Infinity };

/** @param program the holder; only tests set it */
export function createLocks(
  servers: readonly Redis[],
  ttlMs: number,
  onLost: () => void,
  program = PROGRAM_ID,
): Locks {
  const redlock = new TellingRedlock([...servers] as unknown as Redlock.CompatibleRedisClient[], {
    retryCount: 0,
  });
  // Each server's connection logs its own errors; here they only count as a missing vote.
  redlock.on('clientError', () => undefined);
  const release = createBatcher<Redlock.Lock, null>((locks) => releaseAll(redlock, locks), RELEASED);
  const ask = async (keys: string | string[], job: string): Promise<Asked | null> => {
    const since = Date.now();
    redlock.next = encodeHolder({ program, job, since });
    try {
      return { lock: await redlock.acquire(keys, ttlMs), since };
    } catch (error) {
      if (error instanceof Error && error.name === 'LockError') return null;
      throw error;
    }
  };
  const leaseOf = ({ lock, since }: Asked): Lease => {
    const held = lease(lock, ttlMs, onLost, () => release(lock));
    return { ...held, holder: program, since };
  };
  const acquire: Locks['acquire'] = async (keys, job) => {
    const asked = await ask(keys, job);
    return asked && leaseOf(asked);
  };
  return {
    acquire,
    acquireEach: async (keys, job) => {
      const together = keys.length > 1 ? await ask([...keys], job) : null;
      if (!together) return await Promise.all(keys.map((key) => acquire(key, job)));
      const { lock, since } = together;
      return keys.map((key) => leaseOf({ lock: partOf(lock, [key]), since }));
    },
  };
}

interface Asked {
  lock: Redlock.Lock;
  since: number;
}

/** Some of the keys of a lock, as a lock of their own. */
function partOf({ redlock, value, expiration, attempts }: Redlock.Lock, keys: string[]): Redlock.Lock {
  // Redlock takes lists of keys, which its types do not say.
  return new Redlock.Lock(redlock, keys as unknown as string, value, expiration, attempts);
}

/** Never throws: a lock that is not released expires. */
async function releaseAll(redlock: Redlock, locks: readonly Redlock.Lock[]): Promise<null[]> {
  const byHolder = Map.groupBy(locks, ({ value }) => value);
  const released = [...byHolder.values()].map(async (same) => {
    const [first] = same;
    if (!first) return;
    const keys = same.flatMap(({ resource }) => resource);
    await Promise.resolve(redlock.unlock(partOf(first, keys))).catch(() => undefined);
  });
  await Promise.all(released);
  return locks.map(() => null);
}

/**
 * Puts the holder into the lock's value, which costs no round trip. redlock asks for the value before
 * `acquire` returns its promise, so no other call can come in between.
 */
class TellingRedlock extends Redlock {
  next = '';
  _random(): string {
    return this.next;
  }
}

/**
 * Extends the lock every third of its TTL. If an extension fails, the lock is lost at once: redlock then
 * releases it on every server, so another worker may hold it from then on.
 */
function lease(
  lock: Redlock.Lock,
  ttlMs: number,
  onLost: () => void,
  release: () => Promise<unknown>,
): Omit<Lease, 'holder' | 'since'> {
  const lost = new AbortController();
  let released = false;
  const lose = () => {
    if (released || lost.signal.aborted) return;
    clearInterval(timer);
    onLost();
    lost.abort(new Fault('lock_lost', 'it expired or was released while held'));
  };
  const extend = async () => {
    try {
      await lock.extend(ttlMs);
    } catch {
      lose();
    }
  };
  const timer = setInterval(() => {
    // A process that was stopped notices here first that its lock has expired.
    if (Date.now() >= lock.expiration) lose();
    else void extend();
  }, ttlMs / 3);
  return {
    signal: lost.signal,
    assertHeld: () => {
      if (Date.now() >= lock.expiration) lose();
      lost.signal.throwIfAborted();
    },
    confirmHeld: async () => {
      await extend();
      lost.signal.throwIfAborted();
    },
    release: async () => {
      released = true;
      clearInterval(timer);
      // A lost lock is not released.
      if (!lost.signal.aborted) await release();
    },
  };
}
