import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLocks } from '../../src/lock/locks.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const TTL_MS = 600;

describe('the lock of an order', () => {
  let redis: Redis;
  let losses = 0;
  beforeAll(async () => {
    redis = new Redis((await namespace()).redisUrl);
  });
  afterAll(() => redis.disconnect());
  const lock = () => createLocks([redis], TTL_MS, () => (losses += 1));

  test('P4: has one holder; all others get null immediately', async () => {
    const lease = await lock().acquire('busy', 'job');
    expect(lease?.signal.aborted).toBe(false);
    const others = await Promise.all(Array.from({ length: 50 }, () => lock().acquire('busy', 'job')));
    expect(others).toEqual(others.map(() => null));
    await lease?.release();
  });

  test('P4: requested by fifty at the same time, goes to one', async () => {
    const leases = await Promise.all(Array.from({ length: 50 }, () => lock().acquire('wanted', 'job')));
    const given = leases.filter((lease) => lease !== null);
    expect(given).toHaveLength(1);
    await given[0]?.release();
  });

  test('is free again after its release; a second release is harmless', async () => {
    const first = await lock().acquire('again', 'job');
    await first?.release();
    const second = await lock().acquire('again', 'job');
    expect(second).not.toBeNull();
    await first?.release();
    expect(await redis.exists('again')).toBe(1);
    await second?.release();
    expect(await redis.exists('again')).toBe(0);
  });

  test('P4: several are acquired each by itself: one that is held does not hinder the others', async () => {
    const first = await lock().acquire('b', 'job');
    const leases = await lock().acquireEach(['a', 'b', 'c'], 'job');
    expect(leases.map((lease) => lease !== null)).toEqual([true, false, true]);
    expect(await lock().acquireEach(['a', 'b', 'c'], 'job')).toEqual([null, null, null]);
    await Promise.all([first, ...leases].map((lease) => lease?.release() ?? Promise.resolve()));
    expect(await redis.exists('a', 'b', 'c')).toBe(0);
  });

  test('P4: those that were acquired together are lost and released each by itself', async () => {
    const [one, two, three] = await createLocks([redis], TTL_MS, () => undefined).acquireEach(
      ['one', 'two', 'three'],
      'job',
    );
    await redis.set('two', 'another holder', 'PX', 60_000);
    await expect(two?.confirmHeld()).rejects.toMatchObject({ code: 'lock_lost' });
    await one?.confirmHeld();
    await one?.release();
    expect(await redis.mget('one', 'two')).toEqual([null, 'another holder']);
    await three?.confirmHeld();
    await Promise.all([two?.release(), three?.release()]);
    expect(await redis.mget('two', 'three')).toEqual(['another holder', null]);
    await redis.del('two');
  });

  test('does not expire while it is held', async () => {
    const began = Date.now();
    const lease = await lock().acquire('long', 'job');
    const value = await redis.get('long');
    // Read continuously for three times its TTL: it never has another holder.
    await until(async () => {
      expect(await redis.get('long')).toBe(value);
      return Date.now() - began > 3 * TTL_MS;
    });
    lease?.assertHeld();
    expect(lease?.signal.aborted).toBe(false);
    await lease?.release();
    expect(await redis.exists('long')).toBe(0);
  });

  test('expires if its holder dies', async () => {
    await redis.set('dead', 'a dead holder', 'PX', TTL_MS);
    expect(await lock().acquire('dead', 'job')).toBeNull();
    await until(async () => {
      const lease = await lock().acquire('dead', 'job');
      await lease?.release();
      return lease !== null;
    });
  });

  test('is not lost by a release: no lock in this file was lost', () => {
    expect(losses).toBe(0);
  });
});
