import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrderKey } from '../../src/order/identity.ts';
import { backoffMs } from '../../src/system/backoff.ts';
import type { Drained } from '../../src/drain/drain-order.ts';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';

const DONE: Drained = { outcome: 'drained', events: 1 };
const SECRET = 'ada@example.com';

describe('a drain job', () => {
  let inside: DepositInside;
  let workers: ReturnType<typeof openWorkers>;
  let runs: OrderKey[];
  beforeEach(async () => {
    inside = await openDeposit();
    workers = [];
    runs = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await inside.close();
  });

  /** Workers whose nth drain ends like the nth of `ends`; further drains succeed. */
  function draining(...ends: (() => Promise<Drained>)[]): void {
    const drain = oneByOne(async (order) => {
      runs.push(order);
      return await (ends[runs.length - 1]?.() ?? Promise.resolve(DONE));
    });
    work(drain);
  }
  function work(drain: ReturnType<typeof oneByOne>, concurrency = 10): void {
    const tools = { ...inside, log: silent, onFailure: () => undefined };
    workers = openWorkers(inside.redis, inside.partitions, concurrency, drain, tools);
    for (const worker of workers) void worker.run();
  }
  const jobCount = async () => (await inside.queues[0]?.getJobs())?.length ?? 0;
  const gone = () => until(async () => (await jobCount()) === 0);
  const drains = async () =>
    Object.fromEntries(
      (await inside.metrics.drains.get()).values.map(({ labels, value }) => [labels.outcome, value]),
    );

  test('that is done leaves no trace', async () => {
    draining();
    inside.waker.wake(keyOf());
    await until(() => runs.length === 1);
    await gone();
    expect(runs).toEqual([keyOf()]);
    const left = (await inside.queueKeys()).map((key) => key.split(':').at(-1));
    expect(
      left.filter((name) => !['id', 'meta', 'events', 'stalled-check', 'marker'].includes(String(name))),
    ).toEqual([]);
  });

  test('that finds its order busy is retried soon', async () => {
    draining(
      () => Promise.resolve({ outcome: 'busy' }),
      () => Promise.resolve({ outcome: 'busy' }),
    );
    inside.waker.wake(keyOf());
    await until(() => runs.length === 3);
    await gone();
    expect(await drains()).toEqual({ busy: 2, drained: 1 });
  });

  test('P6: that fails is retried, later each time', async () => {
    const began: number[] = [];
    const fails = () => {
      began.push(Date.now());
      return Promise.reject(new Error('MongoDB is down'));
    };
    draining(fails, fails, fails);
    inside.waker.wake(keyOf());
    await until(() => runs.length === 4);
    await gone();
    const [first = 0, second = 0, third = 0] = began;
    expect(second - first).toBeGreaterThanOrEqual(80);
    expect(third - second).toBeGreaterThanOrEqual(160);
    expect(await drains()).toEqual({ failed: 3, drained: 1 });
  });

  describe('of several orders', () => {
    const [done, busy, failed, held] = ['1', '2', '3', '4'].map((id) => keyOf(id)) as [
      OrderKey,
      OrderKey,
      OrderKey,
      OrderKey,
    ];
    const FIRST: Partial<Record<OrderKey, () => Promise<Drained>>> = {
      [busy]: () => Promise.resolve({ outcome: 'busy' }),
      [failed]: () => Promise.reject(new Error('MongoDB is down')),
      [held]: () => Promise.resolve({ outcome: 'held', forMs: 100 }),
    };
    const share = () => {
      for (const order of [done, busy, failed, held]) inside.waker.wake(order, 1, Date.now());
    };

    test('P6: those that are busy, held or failed come back alone; the others are done', async () => {
      const jobs: OrderKey[][] = [];
      const drain = oneByOne((order) => {
        runs.push(order);
        const isFirst = runs.filter((each) => each === order).length === 1;
        return (isFirst ? FIRST[order]?.() : undefined) ?? Promise.resolve(DONE);
      });
      work((orders, id) => {
        jobs.push([...orders]);
        return drain(orders, id);
      });
      share();
      await until(() => runs.length === 7);
      await gone();
      expect(jobs[0]).toEqual([done, busy, failed, held]);
      expect(jobs.slice(1).flat()).toEqual(expect.arrayContaining([busy, failed, held]));
      expect(jobs).toHaveLength(4);
      expect(await drains()).toEqual({ drained: 4, busy: 1, failed: 1, held: 1 });
    });

    test('do not wait for one that takes long', async () => {
      let finish = () => undefined as void;
      const wait = new Promise<void>((resolve) => (finish = resolve));
      const drain = oneByOne(async (order) => {
        runs.push(order);
        if (order === done) await wait;
        const isFirst = runs.filter((each) => each === order).length === 1;
        return await ((isFirst ? FIRST[order]?.() : undefined) ?? Promise.resolve(DONE));
      });
      work(drain);
      share();
      await until(() => runs.length === 7);
      // The job with the slow order, and one that may have up to 16.
      expect(workers.map(({ concurrency }) => concurrency)).toEqual([2]);
      finish();
      await gone();
    });

    test('takes as many places as it has orders', async () => {
      let finish = () => undefined as void;
      const wait = new Promise<void>((resolve) => (finish = resolve));
      work(
        oneByOne(async (order) => {
          runs.push(order);
          await wait;
          return DONE;
        }),
        4,
      );
      share();
      await until(() => runs.length === 4);
      inside.waker.wake(keyOf('9'));
      await inside.waker.flush();
      expect(workers.map(({ concurrency }) => concurrency)).toEqual([1]);
      expect(runs).toHaveLength(4);
      finish();
      await until(() => runs.length === 5);
      await gone();
      expect(workers.map(({ concurrency }) => concurrency)).toEqual([1]);
    });
  });

  test('waits at most 30 s, however often it has failed', () => {
    for (const attempts of [1, 2, 5, 9, 10, 20, 1e6, Number.MAX_SAFE_INTEGER]) {
      const usual = Math.min(100 * 2 ** (attempts - 1), 25_000);
      const waits = Array.from({ length: 100 }, () => backoffMs(attempts));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(usual * 0.8 - 1);
      expect(Math.max(...waits)).toBeLessThanOrEqual(usual * 1.2 + 1);
      // Retries of many orders spread out.
      expect(new Set(waits).size).toBeGreaterThan(5);
    }
  });

  test('contains nothing from the event, not even in what BullMQ stores about a failure', async () => {
    let fail = () => undefined as void;
    draining(
      async () => {
        await new Promise<void>((resolve) => (fail = resolve));
        throw new Error(`refused: {"email":"${SECRET}"}`);
      },
      () => new Promise((_, reject) => setImmediate(reject, new Error(SECRET))),
    );
    inside.waker.wake(keyOf());
    await until(() => runs.length === 1);
    fail();
    await until(() => runs.length >= 2);
    const texts: string[] = [];
    let failedReason: string | undefined;
    for (const job of (await inside.queues[0]?.getJobs()) ?? []) {
      ({ failedReason } = job);
      texts.push(JSON.stringify(await inside.redis.hgetall(inside.queues[0]?.toKey(String(job.id)) ?? '')));
    }
    texts.push(JSON.stringify(await inside.redis.xrange(inside.queues[0]?.toKey('events') ?? '', '-', '+')));
    expect(failedReason).toBe('drain failed');
    expect(texts.join()).not.toContain(SECRET);
    await gone();
  });

  test('P6: that holds its events is retried at the end of the hold, also if the hold ended too early', async () => {
    const held = () => Promise.resolve<Drained>({ outcome: 'held', forMs: 100 });
    draining(held, held, held);
    inside.waker.wake(keyOf());
    await until(() => runs.length === 4);
    await gone();
    expect(await drains()).toEqual({ held: 3, drained: 1 });
  });

  test('that holds its events does not prevent a create from waking its order', async () => {
    draining(() => Promise.resolve({ outcome: 'held', forMs: 60_000 }));
    inside.waker.wake(keyOf());
    await until(async () => runs.length === 1 && (await inside.queues[0]?.getDelayedCount()) === 1);
    inside.waker.wake(keyOf());
    await until(() => runs.length === 2);
    expect(await inside.queues[0]?.getDelayedCount()).toBe(1);
  });

  test('that is running when its worker closes is waited for', async () => {
    let finish = () => undefined as void;
    let finished = false;
    draining(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      finished = true;
      return DONE;
    });
    inside.waker.wake(keyOf());
    await until(() => runs.length === 1);
    inside.waker.wake(keyOf('2'));
    const closing = Promise.all(workers.map((worker) => worker.close())).then(() => finished);
    finish();
    expect(await closing).toBe(true);
  });
});
