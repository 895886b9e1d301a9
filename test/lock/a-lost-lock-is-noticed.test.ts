import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const TTL_MS = 900;
const lockLost = expect.objectContaining({ name: 'Fault', code: 'lock_lost' });

describe('a lock that is lost while held', () => {
  let redis: Redis;
  let losses: number;
  beforeAll(async () => {
    redis = new Redis((await namespace()).redisUrl);
  });
  afterAll(() => redis.disconnect());
  beforeEach(() => {
    losses = 0;
  });
  async function held(key: string, server = redis, ttlMs = TTL_MS): Promise<Lease> {
    const lease = await createLocks([server], ttlMs, () => (losses += 1)).acquire(key, 'job');
    if (!lease) throw new Error(`${key} was free`);
    return lease;
  }
  function thrownBy(run: () => void): unknown {
    try {
      run();
    } catch (error) {
      return error;
    }
    return null;
  }

  test('P4: taken by another holder: the signal aborts with lock_lost before the lease would have expired', async () => {
    // Long, so that a slow machine has seconds between the next extension and the end.
    const ttlMs = 10 * TTL_MS;
    const taken = Date.now();
    const lease = await held('taken', redis, ttlMs);
    await redis.set('taken', "another's", 'PX', 60_000);
    await until(() => lease.signal.aborted);
    expect(Date.now() - taken).toBeLessThan(ttlMs - 100);
    expect(lease.signal.reason).toEqual(lockLost);
    expect(thrownBy(lease.assertHeld)).toEqual(lockLost);
    expect(losses).toBe(1);
  });

  test('its release is harmless: the new holder keeps the lock', async () => {
    const lease = await held('kept');
    await redis.set('kept', "another's", 'PX', 60_000);
    await lease.release();
    expect(await redis.get('kept')).toBe("another's");
    const lost = await held('kept-too');
    await redis.set('kept-too', "another's", 'PX', 60_000);
    await until(() => lost.signal.aborted);
    await lost.release();
    expect(await redis.get('kept-too')).toBe("another's");
  });

  test('deleted: the holder is notified once', async () => {
    const lease = await held('deleted');
    await redis.del('deleted');
    await until(() => lease.signal.aborted);
    thrownBy(lease.assertHeld);
    await lease.release();
    expect(losses).toBe(1);
  });

  test('P4: a process that was stopped past its lock notices at the next check', async () => {
    const lease = await held('stopped');
    // Like SIGSTOP: no timer runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TTL_MS + 50);
    expect(lease.signal.aborted).toBe(false);
    expect(thrownBy(lease.assertHeld)).toEqual(lockLost);
    expect(lease.signal.aborted).toBe(true);
    expect(losses).toBe(1);
    await lease.release();
  });

  test('Redis goes down while it is held: the lock is lost without an unhandled rejection', async () => {
    const own = new Redis((await namespace()).redisUrl, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    });
    await until(() => own.status === 'ready');
    const lease = await held('away', own);
    own.disconnect();
    await until(() => lease.signal.aborted);
    expect(losses).toBe(1);
    await lease.release();
  });
});
