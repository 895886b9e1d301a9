import type { Redis } from 'ioredis';
import Redlock from 'redlock';
import { Fault } from '../system/errors.ts';
import { PROGRAM_ID } from '../system/program-id.ts';
import { encodeHolder } from './holder.ts';

/** A held lock. */
export interface Lease {
  /** `<host>:<pid>` of whoever holds it. */
  holder: string;
  /** When it was asked for, ms since 1970: the lock is held from there on, or a round trip later. */
  since: number;
  /** Aborted, with a {@link Fault} lock_lost, as soon as the lock may be somebody else's. */
  signal: AbortSignal;
  /** @throws Fault lock_lost; also where a stopped process has not come to notice by its timer */
  assertHeld: () => void;
  /** The same, asked of the servers: a person may have taken the lock by force. @throws Fault lock_lost */
  confirmHeld: () => Promise<void>;
  release: () => Promise<void>;
}

/**
 * One order, one worker (P4), by Redlock. It never waits: busy means a twin at work or one that stalled.
 * The lock keeps workers out of each other's way; it does not make it safe. A holder that stalls past
 * its lock is refused by MongoDB, by version.
 *
 * redlock 4.2.0: 5.0.0-beta.2 is abandoned and counts an expiry from its first attempt.
 */
export interface OrderLock {
  /**
   * Null where the lock is held, or where too few of its servers answer: come back later.
   * @param job for whom it is, for people who look at the lock
   */
  acquire: (key: string, job: string) => Promise<Lease | null>;
}

/** @param program who asks; another one only in tests */
export function orderLock(
  servers: readonly Redis[],
  ttlMs: number,
  onLost: () => void,
  program = PROGRAM_ID,
): OrderLock {
  const redlock = new TellingRedlock([...servers] as unknown as Redlock.CompatibleRedisClient[], {
    retryCount: 0,
  });
  // Each server's connection logs its own errors; here they only count as a missing vote.
  redlock.on('clientError', () => undefined);
  return {
    acquire: async (key, job) => {
      const since = Date.now();
      redlock.next = encodeHolder({ program, job, since });
      try {
        const held = lease(await redlock.acquire(key, ttlMs), ttlMs, onLost);
        return { ...held, holder: program, since };
      } catch (error) {
        if (error instanceof Error && error.name === 'LockError') return null;
        throw error;
      }
    },
  };
}

/**
 * Its locks' values say who holds them, which costs no round trip. redlock asks for the value of a lock
 * while `acquire` is called, before it answers: whoever asks next cannot come between.
 */
class TellingRedlock extends Redlock {
  next = '';
  _random(): string {
    return this.next;
  }
}

/**
 * Extends the lock every third of its life. An extension that fails loses it at once: redlock answers
 * such a failure by giving the lock up on every server, so anybody may have it from there on.
 */
function lease(lock: Redlock.Lock, ttlMs: number, onLost: () => void): Omit<Lease, 'holder' | 'since'> {
  const lost = new AbortController();
  let released = false;
  const lose = () => {
    if (released || lost.signal.aborted) return;
    clearInterval(timer);
    onLost();
    lost.abort(new Fault('lock_lost', 'it expired while held'));
  };
  const extend = async () => {
    try {
      await lock.extend(ttlMs);
    } catch {
      lose();
    }
  };
  const timer = setInterval(() => {
    // A process that was stopped sees here, first of all, that its time is over.
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
      // An expired lock is nobody's to give back; one that cannot be given back expires.
      if (!lost.signal.aborted) await Promise.resolve(lock.unlock()).catch(() => undefined);
    },
  };
}
