import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DrainPauser } from '../../src/drain/drain-pauser.ts';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';

describe('drains pause while they could only fail', () => {
  let inside: DepositInside;
  let workers: ReturnType<typeof openWorkers>;
  let ran: string[];
  beforeAll(async () => {
    inside = await openDeposit();
    ran = [];
    const drain = oneByOne(async (order) => {
      ran.push(order);
      return { outcome: 'drained' as const, events: 1 };
    });
    workers = openWorkers(inside.redis, inside.partitions, 10, drain, {
      ...inside,
      log: silent,
      onFailure: () => undefined,
    });
    for (const worker of workers) void worker.run();
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await inside.close();
  });

  test('and resume, with all waiting events, as soon as they may', async () => {
    let ready = false;
    let asked = 0;
    const changes: boolean[] = [];
    const pauser = new DrainPauser({
      ready: async () => {
        asked += 1;
        if (!ready) throw new Error('MongoDB is down');
      },
      log: silent,
      onChange: (paused) => changes.push(paused),
    });
    pauser.over(workers);
    inside.waker.wake(keyOf('1'));
    await until(() => ran.length === 1);
    pauser.hold('a reason');
    pauser.hold('another');
    // A worker may already have asked for one job when the pause began.
    inside.waker.wake(keyOf('2'));
    for (let i = 3; i < 20; i += 1) inside.waker.wake(keyOf(String(i)));
    await until(() => asked >= 2);
    expect(ran.length).toBeLessThanOrEqual(3);
    expect(changes).toEqual([true]);
    ready = true;
    await until(() => ran.length === 19);
    expect(changes).toEqual([true, false]);
    expect(new Set(ran).size).toBe(19);
  });

  test('a stopped pauser neither pauses nor resumes', async () => {
    const changes: boolean[] = [];
    const pauser = new DrainPauser({
      ready: () => Promise.reject(new Error('never')),
      log: silent,
      onChange: (paused) => changes.push(paused),
    });
    pauser.over([]);
    pauser.stop();
    pauser.hold('too late');
    expect(changes).toEqual([]);
  });
});
