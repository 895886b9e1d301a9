import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { encodeHolder } from '../../src/lock/holder.ts';
import { createLockKeeper } from '../../src/lock/lock-keeper.ts';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import { PROGRAM_ID } from '../../src/system/program-id.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const TTL_MS = 900;

describe('reading a lock', () => {
  let servers: Redis[];
  beforeAll(async () => {
    const names = [await namespace(), await namespace(), await namespace()];
    servers = names.map(({ redisUrl }) => new Redis(redisUrl));
  });
  afterAll(() => servers.forEach((server) => server.disconnect()));
  const first = () => servers.slice(0, 1);

  async function held(key: string, job: string, over = first()): Promise<Lease> {
    const lease = await createLocks(over, TTL_MS, () => undefined, 'web-1:7').acquire(key, job);
    if (!lease) throw new Error(`${key} was free`);
    return lease;
  }

  test('returns its holder, job and start; the lease contains the same', async () => {
    const began = Date.now();
    const lease = await held('told', '42');
    const [lock] = await createLockKeeper(first(), TTL_MS).read(['told']);
    expect(lock?.holder).toEqual({ program: 'web-1:7', job: '42', since: lease.since });
    expect(lease.holder).toBe('web-1:7');
    expect(lease.since).toBeGreaterThanOrEqual(began);
    expect(lease.since).toBeLessThanOrEqual(Date.now());
    expect(lock?.extensions).toBe(0);
    expect(lock?.ttlLeftMs).toBeGreaterThan(0);
    expect(lock?.ttlLeftMs).toBeLessThanOrEqual(TTL_MS);
    await lease.release();
    expect(await createLockKeeper(first(), TTL_MS).read(['told', 'never held'])).toEqual([null, null]);
  });

  test('returns the right job for each of fifty locks requested at the same time', async () => {
    const lock = createLocks(first(), TTL_MS, () => undefined);
    const keys = Array.from({ length: 50 }, (_, i) => `at-once-${i}`);
    const leases = await Promise.all(keys.map((key, i) => lock.acquire(key, `job ${i}`)));
    const locks = await createLockKeeper(first(), TTL_MS).read(keys);
    expect(locks.map((each) => each?.holder?.job)).toEqual(keys.map((_, i) => `job ${i}`));
    expect(locks.map((each) => each?.holder?.program)).toEqual(keys.map(() => PROGRAM_ID));
    expect(new Set(locks.map((each) => each?.token)).size).toBe(50);
    for (const lease of leases) await lease?.release();
  });

  test('returns its extensions, which do not change its token', async () => {
    const lease = await held('extended', '1');
    const keeper = createLockKeeper(first(), TTL_MS);
    const [before] = await keeper.read(['extended']);
    const counts: (number | null | undefined)[] = [];
    await until(async () => {
      const [lock] = await keeper.read(['extended']);
      expect(lock?.token).toBe(before?.token);
      counts.push(lock?.extensions);
      return counts.at(-1) === 4;
    });
    expect([...new Set(counts)]).toEqual([0, 1, 2, 3, 4]);
    await lease.release();
  });

  test('returns an unknown holder if another version set the lock', async () => {
    await servers[0]?.set('foreign', '0123456789abcdef0123456789abcdef', 'PX', 60_000);
    await servers[0]?.set('endless', 'for ever');
    const [foreign, endless] = await createLockKeeper(first(), TTL_MS).read(['foreign', 'endless']);
    expect(foreign).toMatchObject({ holder: null, ageMs: null, extensions: null });
    expect(foreign?.ttlLeftMs).toBeGreaterThan(50_000);
    expect(endless).toMatchObject({ holder: null, ttlLeftMs: 0 });
  });

  test('returns no negative age if the clock of the holder is ahead', async () => {
    const since = Date.now() + 3_600_000;
    await servers[0]?.set('ahead', encodeHolder({ program: 'p', job: 'j', since }), 'PX', TTL_MS);
    const [lock] = await createLockKeeper(first(), TTL_MS).read(['ahead']);
    expect(lock).toMatchObject({ ageMs: 0, extensions: 0 });
  });

  describe('over three servers', () => {
    test('returns the holder of a majority, and no holder for a minority', async () => {
      const keeper = createLockKeeper(servers, 60_000);
      const value = (job: string) => encodeHolder({ program: 'p:1', job, since: Date.now() });
      const [winner, loser] = [value('winner'), value('loser')];
      await servers[0]?.set('split', winner, 'PX', 30_000);
      await servers[1]?.set('split', loser, 'PX', 60_000);
      await servers[2]?.set('split', winner, 'PX', 10_000);
      await servers[1]?.set('minority', loser, 'PX', 60_000);
      const [split, minority] = await keeper.read(['split', 'minority']);
      expect(split?.holder?.job).toBe('winner');
      // Without the third server there is no majority, so the lock expires with it.
      expect(split?.ttlLeftMs).toBeLessThanOrEqual(10_000);
      expect(minority).toBeNull();
    });

    test('works if one is down, and fails if two are down', async () => {
      const lease = await held('one-away', '9', servers);
      const away = new Redis((await namespace()).redisUrl, { maxRetriesPerRequest: 0 });
      away.disconnect();
      const [a, b] = servers as [Redis, Redis];
      const [lock] = await createLockKeeper([a, b, away], TTL_MS).read(['one-away']);
      expect(lock?.holder?.job).toBe('9');
      await expect(createLockKeeper([a, away, away], TTL_MS).read(['one-away'])).rejects.toThrow(
        'only 1 of 3 lock servers answer',
      );
      await lease.release();
    });
  });
});
