import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLocks } from '../../src/lock/locks.ts';
import { openRedis, redisReady } from '../../src/system/connections.ts';
import { silent } from '../support/in-process.ts';
import { Link } from '../support/link.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const TTL_MS = 2000;

/** Three databases act as three servers; a server that is down is a connection that has ended. */
describe('the lock over several servers', () => {
  const there: Redis[] = [];
  const away: Redis[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 5; i += 1)
      (i < 3 ? there : away).push(openRedis((await namespace()).redisUrl, 'impatient', silent));
    await Promise.all([...there, ...away].map((redis) => redisReady(redis)));
    away.forEach((redis) => redis.disconnect());
    await until(() => away.every((redis) => redis.status === 'end'));
  });
  afterAll(() => there.forEach((redis) => redis.disconnect()));

  const lockOver = (...servers: (Redis | undefined)[]) =>
    createLocks(
      servers.filter((server) => server !== undefined),
      TTL_MS,
      () => undefined,
    );
  const holders = async (key: string) =>
    (await Promise.all(there.map((redis) => redis.exists(key)))).reduce((sum, each) => sum + each, 0);

  test('is set on all three, and removed from all three', async () => {
    const lease = await lockOver(...there).acquire('all', 'job');
    expect(await holders('all')).toBe(3);
    expect(await lockOver(...there).acquire('all', 'job')).toBeNull();
    await lease?.release();
    await until(async () => (await holders('all')) === 0);
  });

  test('P4: one of three down: it still locks, one holder at a time', async () => {
    const two = lockOver(there[0], there[1], away[0]);
    const leases = await Promise.all(Array.from({ length: 10 }, () => two.acquire('two', 'job')));
    const given = leases.filter((lease) => lease !== null);
    expect(given.length).toBeLessThanOrEqual(1);
    const lease = given[0] ?? (await two.acquire('two', 'job'));
    expect(lease).not.toBeNull();
    expect(await two.acquire('two', 'job')).toBeNull();
    lease?.assertHeld();
    await lease?.release();
  });

  test('two of three down: returns null without throwing, and nothing stays locked', async () => {
    expect(await lockOver(there[0], away[0], away[1]).acquire('one', 'job')).toBeNull();
    await until(async () => (await holders('one')) === 0);
  });

  test('another holder has a majority: returns null, and releases the minority', async () => {
    await there[0]?.set('split', 'another', 'PX', 60_000);
    await there[1]?.set('split', 'another', 'PX', 60_000);
    expect(await lockOver(...there).acquire('split', 'job')).toBeNull();
    await until(async () => (await there[2]?.exists('split')) === 0);
    expect(await holders('split')).toBe(2);
  });

  test('one of three hangs: two are enough, and nothing waits for it forever', async () => {
    const { redisUrl } = await namespace();
    const link = await Link.to(Number(new URL(redisUrl).port));
    const hanging = openRedis(`redis://127.0.0.1:${link.port}`, 'impatient', silent, 200);
    await redisReady(hanging);
    link.stall();
    const lock = lockOver(there[0], there[1], hanging);
    const lease = await lock.acquire('hang', 'job');
    expect(lease).not.toBeNull();
    expect(await lock.acquire('hang', 'job')).toBeNull();
    await lease?.release();
    expect(link.hits).toBeGreaterThan(0);
    hanging.disconnect();
    await link.close();
  });

  test('the only server is down: returns null without throwing', async () => {
    expect(await lockOver(away[0]).acquire('none', 'job')).toBeNull();
  });
});
