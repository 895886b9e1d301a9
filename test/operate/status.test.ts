import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openQueues } from '../../src/deposit/queues.ts';
import { createWaker } from '../../src/deposit/waker.ts';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { silent } from '../support/in-process.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { until } from '../support/until.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { ServedDashboard } from './served-dashboard.ts';

describe('/api/status', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());

  const status = async () => (await dashboard.get('/api/status')).json;

  test('an empty system says that nothing is waiting', async () => {
    expect(await status()).toEqual({
      waitingEvents: 0,
      waitingOrders: 0,
      oldestWaitMs: 0,
      oldestOrder: null,
      queues: { active: 0, waiting: 0, delayed: 0, failed: 0 },
      pausedQueues: [],
      workers: 0,
      lockServers: { up: 1, of: 1 },
      locksHeld: 0,
      accepted: 0,
      duplicates: 0,
      forged: 0,
      reusedWebhookIds: 0,
      redisMemory: {
        usedBytes: expect.any(Number),
        maxBytes: expect.any(Number),
        fullBytes: expect.any(Number),
        fullOf: null,
      },
      parked: 0,
      spooled: 0,
      complianceDue: 0,
      shops: { installed: 0, uninstalled: 0, needAttention: 0, first: null },
      effects: { publishers: 0, missed: null, problems: [], destinations: [] },
      redis: { state: 'up', problem: null, since: null },
      mongodb: { state: 'up', problem: null, since: null },
      sentence: 'No workers are running: events are accepted but not processed.',
      level: 'act',
      link: '/',
      runbook: 'No worker is alive',
    });
  });

  test('a worker counts while it sends heartbeats, not because it is connected; other programs never count', async () => {
    const { heartbeats, heartbeatReports } = redisKeys(0);
    const heardOf = async (id: string, program: string, agoMs: number) => {
      await dashboard.redis.zadd(heartbeats, Date.now() - agoMs, id);
      await dashboard.redis.hset(
        heartbeatReports,
        id,
        JSON.stringify({ program, startedAt: 1, figures: {} }),
      );
    };
    await heardOf('host:1', 'worker', 100);
    await heardOf('host:2', 'worker', 4000);
    await heardOf('host:3', 'ingest', 100);
    expect((await status()).workers).toBe(2);
    await heardOf('host:1', 'worker', 5500);
    await heardOf('host:2', 'worker', 5500);
    expect(await status()).toMatchObject({
      workers: 0,
      sentence: 'No workers are running: events are accepted but not processed.',
    });
    const { queues } = (await dashboard.get('/api/queues')).json as { queues: { workers: number }[] };
    expect(queues[0]?.workers).toBe(0);
    await dashboard.redis.del(heartbeats, heartbeatReports);
  });

  test('the lock of a holder that died counts, as in `lock ls`, and its order is named', async () => {
    const order = keyOf('600');
    const keys = redisKeys(0);
    await dashboard.redis.set(keys.lock(order), 'deadhost:999', 'PX', 60_000);
    await dashboard.redis.zadd(keys.pending, Date.now() - 41_000, order);
    const { locks } = (await dashboard.get('/api/locks')).json as { locks: unknown[] };
    expect(locks).toHaveLength(1);
    expect(await status()).toMatchObject({ locksHeld: 1, queues: { active: 0 }, oldestOrder: order });
    await dashboard.redis.del(keys.lock(order), keys.pending);
  });

  test('a lock counts while it is held, not because its job is still active', async () => {
    const order = keyOf('77');
    const keys = redisKeys(0);
    const queues = openQueues(dashboard.redis, [keys]);
    const wakes = createWaker(queues, silent, () => undefined);
    const { promise: drained, resolve: endDrain } = Promise.withResolvers<void>();
    const drain = oneByOne(() => drained.then(() => ({ outcome: 'drained', events: 0 })));
    const tools = { waker: wakes, metrics: createMetrics(), log: silent, onFailure: () => undefined };
    const workers = openWorkers(dashboard.redis, [keys], 1, drain, tools);
    for (const worker of workers) void worker.run();
    wakes.wake(order);
    await until(async () => ((await status()).queues as { active: number }).active === 1);
    await dashboard.redis.set(keys.lock(order), 'a holder', 'PX', 60_000);
    expect(await status()).toMatchObject({ locksHeld: 1, queues: { active: 1 } });
    await dashboard.redis.del(keys.lock(order));
    expect(await status()).toMatchObject({ locksHeld: 0, queues: { active: 1 } });
    endDrain();
    await Promise.all(workers.map((worker) => worker.close()));
    await Promise.all(queues.map((queue) => queue.close()));
  });

  test('it counts waiting, duplicate, parked and spooled events', async () => {
    const events = ['1', '1', '2'].map((id) => waitingEvent('orders/updated', { id }, { order: keyOf(id) }));
    for (const event of events) await dashboard.depositor.deposit(event, null);
    for (const event of events.slice(1)) await dashboard.depositor.deposit(event, null);
    const parked = {
      shop: 's',
      order: 's/1',
      topic: 't',
      receivedAt: new Date(RECEIVED_AT),
      error: 'e',
      cause: 'e',
      attempts: 1,
    };
    const times = { firstAt: new Date(RECEIVED_AT), lastAt: new Date(RECEIVED_AT) };
    await dashboard.collections.parked.create(
      (['parked', 'parked', 'replayed', 'discarded'] as const).map((state, i) => ({
        _id: `event-${i}`,
        state,
        ...parked,
        ...times,
      })),
    );
    const spooled = {
      _id: 'event',
      shop: 's',
      order: 's/1',
      topic: 't',
      receivedAt: new Date(RECEIVED_AT),
      payload: Buffer.from('x'),
    };
    await dashboard.collections.spool.create(spooled);
    await until(async () => (await dashboard.redis.zcard('lockstep:{0}:pending')) === 2);
    await until(
      async () => ((await status()).queues as { waiting: number }).waiting === 2,
      5000,
      'two wake-ups',
    );
    expect(await status()).toMatchObject({
      waitingEvents: 3,
      waitingOrders: 2,
      oldestWaitMs: expect.any(Number),
      accepted: 3,
      duplicates: 2,
      parked: 2,
      spooled: 1,
      complianceDue: 0,
    });
    expect((await status()).oldestWaitMs).toBeGreaterThan(0);
  });
});
