import type { Redis } from 'ioredis';
import Redlock from 'redlock';
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
}

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
  return {
    acquire: async (keys, job) => {
      const since = Date.now();
      redlock.next = encodeHolder({ program, job, since });
      try {
        const held = lease(await redlock.acquire(keys, ttlMs), ttlMs, onLost);
        return { ...held, holder: program, since };
      } catch (error) {
        if (error instanceof Error && error.name === 'LockError') return null;
        throw error;
      }
    },
  };
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
function lease(lock: Redlock.Lock, ttlMs: number, onLost: () => void): Omit<Lease, 'holder' | 'since'> {
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
      // A lost lock is not released; if the release fails, the lock expires.
      if (!lost.signal.aborted) await Promise.resolve(lock.unlock()).catch(() => undefined);
    },
  };
}
