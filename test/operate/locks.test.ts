import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder, drainOrders } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { activeOrders } from '../../src/deposit/queues.ts';
import { createLockKeeper } from '../../src/lock/lock-keeper.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { fence } from '../../src/persist/fence.ts';
import { createLocks } from '../../src/lock/locks.ts';
import { createHeartbeats, readHeartbeats } from '../../src/system/heartbeats.ts';
import { lockRoutes } from '../../src/operate/api/lock-routes.ts';
import { createLockReader } from '../../src/operate/steering/lock-reader.ts';
import type { Lock, LockList } from '../../src/operate/shapes/locks.ts';
import {
  depositAll,
  journalOf,
  lifeEvents,
  openInProcess,
  silent,
  type Inside,
} from '../support/in-process.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

const TTL_MS = 30_000;
const REASON = 'the worker is stuck';

describe('locks, over the API', () => {
  let inside: Inside;
  let served: ServedRoutes;
  beforeAll(async () => {
    inside = await openInProcess();
    const { redis, partitions, queues, keys, collections } = inside;
    const keeper = createLockKeeper([redis], TTL_MS);
    const reader = createLockReader({
      keeper,
      redis,
      partitions,
      activeOrders: (most) => activeOrders(queues, most),
      heartbeats: () => readHeartbeats(redis, keys),
    });
    served = await ServedRoutes.start(
      lockRoutes({
        reader,
        keeper,
        lockKey: (order) => keys.lock(order),
        fence: (order) => fence(collections, order),
        wakeAgain: (orders) => inside.waker.wakeAgain(orders),
      }),
    );
  });
  afterAll(async () => {
    await served.stop();
    await inside.close();
  });

  const lockBy = (program: string) => createLocks([inside.redis], TTL_MS, () => undefined, program);
  async function held(order: OrderKey, program: string, job = '7') {
    const lease = await lockBy(program).acquire(inside.keys.lock(order), job);
    if (!lease) throw new Error(`${order} was held`);
    return lease;
  }
  async function shown(order: OrderKey): Promise<Lock> {
    const { status, json } = await served.get(`/locks/${order}`);
    expect(status).toBe(200);
    return json as unknown as Lock;
  }
  const release = (order: OrderKey, body: object) =>
    served.post(`/locks/${order}/release`, { reason: REASON, ...body });
  async function alive(program: string) {
    const figures = () => Promise.resolve({});
    const heartbeats = createHeartbeats(inside.redis, inside.keys, 'worker', figures, program);
    await heartbeats.start?.();
    await until(async () =>
      (await readHeartbeats(inside.redis, inside.keys)).some(({ id }) => id === program),
    );
    return heartbeats;
  }

  const refusals = async () => (await inside.metrics.fencingRejected.get()).values[0]?.value ?? 0;

  describe('one lock', () => {
    test('shows who holds it and since when, whether that program is alive, and how many events wait', async () => {
      const events = lifeEvents(1).slice(0, 3);
      const order = events[0]?.order as OrderKey;
      await depositAll(inside, events);
      const worker = await alive('web-1:7');
      const lease = await held(order, 'web-1:7', '42');
      const lock = await shown(order);
      expect(lock).toMatchObject({
        order,
        heldSince: new Date(lease.since).toISOString(),
        extensions: 0,
        waitingEvents: 3,
        holder: { program: 'web-1:7', job: '42', alive: true },
      });
      expect(lock.holder.lastHeardMs).toBeLessThan(5000);
      expect(lock.ageMs).toBeLessThan(10_000);
      expect(lock.oldestWaitMs).toBeGreaterThan(0);
      expect(lock.ttlLeftMs).toBeGreaterThan(TTL_MS - 10_000);
      expect(lock.token).toMatch(/^[0-9a-f]{32}$/);
      await worker.stop();
      expect((await shown(order)).holder).toMatchObject({ alive: false, lastHeardMs: null });
      await lease.release();
    });

    test('of a dead program does not look alive because of a newer program with the same name', async () => {
      const order = keyOf('2000');
      const lease = await held(order, 'container:1');
      await until(() => Date.now() > lease.since);
      const restarted = await alive('container:1');
      expect((await shown(order)).holder).toMatchObject({ alive: false, lastHeardMs: null });
      await restarted.stop();
      await lease.release();
    });

    test('that is not held is a 404 that says what was searched', async () => {
      const { status, json } = await served.get(`/locks/${keyOf('999')}`);
      expect(status).toBe(404);
      expect(json.detail).toContain(`lockstep:{0}:lock:${keyOf('999')}`);
    });

    test.each([['/locks/no_shop/1'], ['/locks/a.com/0x1'], [`/locks/a.com/${'1'.repeat(20)}`]])(
      '%s is a 400',
      async (place) => {
        expect((await served.get(place)).status).toBe(400);
      },
    );

    test('of an unknown holder is shown with what is known', async () => {
      const order = keyOf('2001');
      await inside.redis.set(inside.keys.lock(order), 'not a lock value', 'PX', 60_000);
      expect(await shown(order)).toMatchObject({
        holder: { program: null, job: null, alive: null, lastHeardMs: null },
        heldSince: null,
        ageMs: null,
        extensions: null,
        waitingEvents: 0,
        oldestWaitMs: null,
      });
      const { status, json } = await release(order, { token: (await shown(order)).token });
      expect(status).toBe(409);
      expect(json.detail).toContain('may be alive');
      await inside.redis.del(inside.keys.lock(order));
    });
  });

  test('the list has orders being drained and waiting orders, longest held first', async () => {
    const [old, young] = [lifeEvents(11)[0], lifeEvents(12)[0]];
    const free = lifeEvents(13)[0];
    if (!old || !young || !free) throw new Error('every life has events');
    const first = await held(old.order, 'w:1');
    await until(() => Date.now() > first.since);
    const second = await held(young.order, 'w:2');
    await depositAll(inside, [young, old, free]);
    // Its mailbox is already empty, but its job is still active: a drain at its end.
    const ending = keyOf('3000');
    await until(() => Date.now() > second.since);
    const third = await held(ending, 'w:3');
    let finish = () => undefined as void;
    let runs = 0;
    const workers = openWorkers(
      inside.redis,
      inside.partitions,
      10,
      oneByOne(async (order) => {
        runs += 1;
        if (order === ending) await new Promise<void>((resolve) => (finish = resolve));
        return { outcome: 'drained', events: 0 };
      }),
      { waker: inside.waker, metrics: inside.metrics, log: silent, onFailure: () => undefined },
    );
    for (const worker of workers) void worker.run();
    inside.waker.wake(ending);
    await until(async () => runs >= 4 && (await inside.queues[0]?.getActiveCount()) === 1);
    const { json } = await served.get('/locks');
    const { locks, looked } = json as unknown as LockList;
    expect(locks.map(({ order }) => order)).toEqual([old.order, young.order, ending]);
    expect(locks.map(({ waitingEvents }) => waitingEvents)).toEqual([1, 1, 0]);
    expect(looked).toBeGreaterThanOrEqual(4);
    finish();
    await Promise.all(workers.map((worker) => worker.close()));
    await Promise.all([first, second, third].map((lease) => lease.release()));
    expect((await served.get('/locks')).json).toMatchObject({ locks: [] });
  });

  describe('a release', () => {
    test('is refused for viewers, without a reason, and if the lock is not held', async () => {
      const order = keyOf('4001');
      const token = 'a token';
      const asViewer = await served.post(`/locks/${order}/release`, { token, reason: REASON }, 'viewer');
      expect(asViewer.status).toBe(403);
      expect((await served.post(`/locks/${order}/release`, { token })).status).toBe(400);
      const { status, json } = await release(order, { token });
      expect(status).toBe(404);
      expect(json.detail).toContain('is not held');
      expect(served.acts.at(-1)).toMatchObject({
        action: 'lock.release',
        target: order,
        reason: REASON,
        outcome: 'refused',
      });
    });

    test('P4: is refused with an older token once the holder has changed, even with insist', async () => {
      const order = keyOf('4002');
      const before = await held(order, 'w:1');
      const { token } = await shown(order);
      await before.release();
      const now = await held(order, 'w:2');
      const { status, json } = await release(order, { token, insist: true });
      expect(status).toBe(409);
      expect(json.detail).toContain('has changed since it was shown');
      now.assertHeld();
      expect((await shown(order)).holder.program).toBe('w:2');
      await now.release();
    });

    test('is refused while the holder is alive, except with insist', async () => {
      const order = keyOf('4003');
      const worker = await alive('w:9');
      const lease = await held(order, 'w:9', '31');
      const { token } = await shown(order);
      const refused = await release(order, { token });
      expect(refused.status).toBe(409);
      expect(refused.json.detail).toMatch(
        /^w:9 \(job 31\) is alive: its last heartbeat was \d+ ms ago; use insist/,
      );
      expect((await shown(order)).token).toBe(token);
      const insisted = await release(order, { token, insist: true });
      expect(insisted.json).toMatchObject({ released: true });
      expect((await served.get(`/locks/${order}`)).status).toBe(404);
      await worker.stop();
      await lease.release();
    });

    test('P4, P6: lets another drain continue at once, and the late commit is refused by its version', async () => {
      const events = lifeEvents(5);
      const order = events[0]?.order as OrderKey;
      await depositAll(inside, events.slice(0, 2));
      await drainOrder(order, inside.tools);
      await inside.queues[0]?.drain();
      const before = await refusals();

      let wakeUp = () => undefined as void;
      const asleep = new Promise<void>((resolve) => (wakeUp = resolve));
      let commits = 0;
      const commit: DrainTools['orders']['commit'] = async (asked) => {
        commits += 1;
        if (commits === 1) await asleep;
        return await inside.tools.orders.commit(asked);
      };
      const standing = {
        ...inside.tools,
        lock: lockBy('stopped:1'),
        orders: { ...inside.tools.orders, commit },
      };
      const open = (tools: DrainTools) =>
        openWorkers(inside.redis, inside.partitions, 1, (orders, id) => drainOrders(orders, tools, id), {
          waker: inside.waker,
          metrics: inside.metrics,
          log: silent,
          onFailure: () => undefined,
        });
      const stopped = open(standing);
      for (const worker of stopped) void worker.run();
      await depositAll(inside, events.slice(2, 4));
      await until(() => commits === 1);
      const others = open({ ...inside.tools, lock: lockBy('other:2') });
      for (const worker of others) void worker.run();

      const lock = await shown(order);
      const job = (await inside.queues[0]?.getActive())?.[0]?.id;
      expect(lock.holder).toEqual({ program: 'stopped:1', job, alive: false, lastHeardMs: null });
      const began = Date.now();
      const { status, json } = await release(order, { token: lock.token });
      expect(status).toBe(200);
      expect(json.did).toBe(
        `the lock was taken from stopped:1 (job ${job}); the order is now at version 2, and MongoDB refuses a late commit; the order was woken and continues`,
      );
      // Earlier than the lock would have expired.
      await until(async () => (await journalOf(inside, order)).length === 4, TTL_MS / 2);
      expect(await inside.tools.orders.load(order)).toMatchObject({ version: 3, sequence: 4 });
      const told = await journalOf(inside, order);
      expect(told.map(({ worker }) => worker).slice(2)).toEqual(['other:2', 'other:2']);
      expect(told[3]?.lockedAt?.getTime()).toBeGreaterThanOrEqual(began);
      expect(served.acts.at(-1)).toMatchObject({ outcome: 'done', detail: json.did, reason: REASON });

      wakeUp();
      await Promise.all([...stopped, ...others].map((worker) => worker.close()));
      expect(await refusals()).toBe(before + 1);
      expect(await inside.tools.orders.load(order)).toMatchObject({ version: 3, sequence: 4 });
      expect(await journalOf(inside, order)).toEqual(told);
    });
  });
});
