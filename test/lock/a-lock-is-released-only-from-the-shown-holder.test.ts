import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLockKeeper, type LockKeeper } from '../../src/lock/lock-keeper.ts';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const TTL_MS = 1500;

describe('P4: a lock is released by force only if its holder is the one that was shown', () => {
  let servers: Redis[];
  let keeper: LockKeeper;
  beforeAll(async () => {
    const names = [await namespace(), await namespace(), await namespace()];
    servers = names.map(({ redisUrl }) => new Redis(redisUrl));
    keeper = createLockKeeper(servers, TTL_MS);
  });
  afterAll(() => servers.forEach((server) => server.disconnect()));

  async function held(key: string): Promise<Lease> {
    const lease = await createLocks(servers, TTL_MS, () => undefined).acquire(key, '1');
    if (!lease) throw new Error(`${key} was free`);
    return lease;
  }
  const tokenOf = async (key: string) => (await keeper.read([key]))[0]?.token ?? 'none';
  const holders = async (key: string) =>
    (await Promise.all(servers.map((server) => server.exists(key)))).reduce((sum, each) => sum + each, 0);

  test('taken: the lock is free on every server, and its holder notices at its next extension', async () => {
    const lease = await held('taken');
    expect(await keeper.takeAway('taken', await tokenOf('taken'))).toBe('taken');
    expect(await holders('taken')).toBe(0);
    const next = await held('taken');
    await until(() => lease.signal.aborted);
    expect(next.signal.aborted).toBe(false);
    await lease.release();
    expect(await holders('taken')).toBe(3);
    await next.release();
  });

  test('changed: the token of an earlier holder does not release the current lock', async () => {
    const before = await held('changed');
    const token = await tokenOf('changed');
    await before.release();
    const now = await held('changed');
    expect(await keeper.takeAway('changed', token)).toBe('changed');
    expect(await holders('changed')).toBe(3);
    now.assertHeld();
    await now.release();
  });

  test('gone: the lock has no holder, or only one with a minority', async () => {
    expect(await keeper.takeAway('never', 'a token')).toBe('gone');
    await servers[0]?.set('minority', "a loser's", 'PX', 60_000);
    expect(await keeper.takeAway('minority', 'a token')).toBe('gone');
    expect(await holders('minority')).toBe(1);
  });

  test('a new lock that appears between read and deletion stays, in all of twenty rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const key = `race-${round}`;
      const lease = await held(key);
      const token = await tokenOf(key);
      const [answer] = await Promise.all([
        keeper.takeAway(key, token),
        lease.release().then(() => servers.map((server) => server.set(key, "the next one's", 'PX', 60_000))),
      ]);
      expect(['taken', 'changed', 'gone']).toContain(answer);
      await until(async () => (await holders(key)) === 3);
      expect(await Promise.all(servers.map((server) => server.get(key)))).toEqual(
        servers.map(() => "the next one's"),
      );
    }
  });

  test('if too few servers answer, no lock is released', async () => {
    const lease = await held('few');
    const away = new Redis((await namespace()).redisUrl, { maxRetriesPerRequest: 0 });
    away.disconnect();
    const few = createLockKeeper([servers[0] as Redis, away, away], TTL_MS);
    await expect(few.takeAway('few', await tokenOf('few'))).rejects.toThrow('only 1 of 3');
    expect(await holders('few')).toBe(3);
    await lease.release();
  });
});
