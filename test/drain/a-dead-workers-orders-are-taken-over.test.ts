import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { takeover } from '../../src/drain/takeover.ts';
import { createLockKeeper } from '../../src/lock/lock-keeper.ts';
import { createLocks } from '../../src/lock/locks.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import type { Repeating } from '../../src/system/repeating.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';

const KEYS = redisKeys(0);
/** The lock would outlast any test. */
const TTL_MS = 300_000;
const ORDER = keyOf('1001');
const SELF = 'here:1';

describe('the orders of a worker that died', () => {
  let redis: Redis;
  let url: string;
  let woken: OrderKey[];
  let takingOver: Repeating;
  beforeAll(async () => {
    url = (await namespace()).redisUrl;
    redis = new Redis(url, { connectionName: `lockstep:${SELF}` });
  });
  beforeEach(async () => {
    await redis.flushdb();
    woken = [];
    takingOver = takeover({
      redis,
      activeOrders: () => Promise.resolve([ORDER]),
      keeper: createLockKeeper([redis], TTL_MS),
      lockKey: KEYS.lock,
      waker: { wakeAgain: (orders) => Promise.resolve(void woken.push(...orders)) },
      log: pino({ level: 'silent' }),
      self: SELF,
    });
    await heartbeat(SELF, 0);
    takingOver.start();
  });
  afterEach(() => takingOver.stop());
  afterAll(() => redis.disconnect());

  async function heartbeat(id: string, ageMs: number, startedAt = Date.now()): Promise<void> {
    await redis.zadd(KEYS.heartbeats, Date.now() - ageMs, id);
    await redis.hset(
      KEYS.heartbeatReports,
      id,
      JSON.stringify({ program: 'worker', startedAt, figures: {} }),
    );
  }
  const lockedBy = (program: string) =>
    createLocks([redis], TTL_MS, () => undefined, program).acquire(KEYS.lock(ORDER), '7');
  const isLocked = async () => (await redis.exists(KEYS.lock(ORDER))) === 1;
  /** Long enough for several looks. */
  const severalLooks = () => new Promise((resolve) => setTimeout(resolve, 4000));

  /** This worker's first look wakes the orders that nobody has locked: it may be a successor itself. */
  const afterFirstLook = async () => {
    await until(() => woken.length > 0);
    woken = [];
  };

  test('P6: are released and woken if it is silent and not connected', async () => {
    const lease = await lockedBy('dead:1');
    await heartbeat('dead:1', 1600);
    await until(() => woken.length > 0);
    expect(woken).toEqual([ORDER]);
    expect(await isLocked()).toBe(false);
    await lease?.release();
  });

  test('are woken if it died before it locked them', async () => {
    await afterFirstLook();
    await heartbeat('dead:1', 1600);
    await until(() => woken.length > 0);
    expect(woken).toEqual([ORDER]);
  });

  test('P4: stay locked while it is connected, however long it is silent', async () => {
    const connection = new Redis(url, { connectionName: 'lockstep:hanging:1' });
    await connection.ping();
    const lease = await lockedBy('hanging:1');
    await heartbeat('hanging:1', 60_000);
    await severalLooks();
    expect(woken).toEqual([]);
    expect(await isLocked()).toBe(true);
    connection.disconnect();
    await until(() => woken.length > 0);
    expect(await isLocked()).toBe(false);
    await lease?.release();
  });

  test('P4: stay locked if another worker has locked them since', async () => {
    const lease = await lockedBy('alive:1');
    await heartbeat('dead:1', 1600);
    await severalLooks();
    expect(woken).toEqual([]);
    expect(await isLocked()).toBe(true);
    await lease?.release();
  });

  test('are taken over by its successor with the same id, as in a container that was restarted', async () => {
    const lease = await lockedBy(SELF);
    await heartbeat(SELF, 0, Date.now() + 1);
    await until(() => woken.length > 0);
    expect(woken).toEqual([ORDER]);
    expect(await isLocked()).toBe(false);
    await lease?.release();
  });

  test('are taken over again when that successor dies', async () => {
    await heartbeat('restarted:1', 0, 1000);
    await afterFirstLook();
    await heartbeat('restarted:1', 0, 2000);
    await until(() => woken.length > 0);
    woken = [];
    await heartbeat('restarted:1', 1600, 2000);
    await until(() => woken.length > 0);
    expect(woken).toEqual([ORDER]);
  });

  test('P4: its successor keeps its own locks', async () => {
    await heartbeat(SELF, 0, Date.now() - 10);
    const lease = await lockedBy(SELF);
    await severalLooks();
    expect(await isLocked()).toBe(true);
    await lease?.release();
  });
});
