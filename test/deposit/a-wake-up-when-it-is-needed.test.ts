import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import { createDepositor } from '../../src/deposit/depositor.ts';
import { createWaker, ordersOf, type DrainJob } from '../../src/deposit/waker.ts';
import { QUEUE } from '../../src/system/redis-keys.ts';
import { depositOrders, openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('a deposit wakes a drain', () => {
  let inside: DepositInside;
  const opened: DepositInside[] = [];
  let worker: Worker<DrainJob> | undefined;
  beforeEach(async () => {
    inside = await openDeposit();
    opened.push(inside);
  });
  afterAll(async () => {
    await worker?.close(true);
    await Promise.all(opened.map((each) => each.close()));
  });

  async function deposit(topic: string, order = '1'): Promise<void> {
    await inside.depositor.deposit(waitingEvent(topic, { order }, { order: keyOf(order) }), null);
    await inside.waker.flush();
  }
  /** BullMQ numbers every added job, even one that it drops as a duplicate. */
  const addsTried = async () => Number(await inside.redis.get(`${inside.keys.queuePrefix}:${QUEUE}:id`));
  const jobs = async () => (await inside.queues[0]?.getJobs()) ?? [];

  test("only for an order's first event and for orders/create", async () => {
    await deposit('orders/paid');
    expect(await addsTried()).toBe(1);
    for (let i = 0; i < 5; i += 1) await deposit('orders/updated');
    expect(await addsTried()).toBe(1);
    await deposit('orders/create');
    expect(await addsTried()).toBe(2);
    expect(await jobs()).toHaveLength(1);
    await deposit('orders/paid', '2');
    expect(await jobs()).toHaveLength(2);
  });

  test('together with others that were stored at the same time: 16 orders share a job', async () => {
    const orders = await depositOrders(inside, 40);
    await inside.waker.flush();
    const found = (await jobs()).map(({ data }) => ordersOf(data));
    expect(found.flat().toSorted()).toEqual(orders.toSorted());
    expect(Math.max(...found.map(({ length }) => length))).toBe(16);
    expect(found.length).toBeLessThanOrEqual(4);
  });

  test('by a job as old as the event, by the clock of Redis', async () => {
    await depositOrders(inside, 3);
    const [, since] = await inside.redis.zrange(inside.keys.pending, '0', '0', 'WITHSCORES');
    expect((await jobs()).map(({ timestamp }) => timestamp)).toEqual([Number(since)]);
  });

  test('by a job that contains the order and nothing from the event', async () => {
    await deposit('orders/create');
    const [job] = await jobs();
    expect(job?.data).toEqual({ order: keyOf('1') });
    expect(Object.keys(job?.opts ?? {}).toSorted()).not.toContain('jobId');
  });

  test('P6: also while a drain is active: the wake-up is kept and runs after it', async () => {
    const finish = new Map<number, () => void>();
    let runs = 0;
    worker = new Worker<DrainJob>(
      QUEUE,
      () =>
        new Promise<void>((resolve) => {
          runs += 1;
          finish.set(runs, resolve);
        }),
      { connection: inside.redis, prefix: inside.keys.queuePrefix, concurrency: 10 },
    );
    await deposit('orders/paid');
    await until(() => runs === 1);
    for (let i = 0; i < 10; i += 1) inside.waker.wake(keyOf('1'), 1);
    await inside.waker.flush();
    expect(runs).toBe(1);
    finish.get(1)?.();
    await until(() => runs === 2);
    finish.get(2)?.();
    await worker.close();
    expect(runs).toBe(2);
    expect(await jobs()).toEqual([]);
  });

  test('P2: and returns before the wake-up is added, also if adding it fails', async () => {
    let failures = 0;
    const [queue] = inside.queues;
    if (!queue) throw new Error('one partition has one queue');
    // A key of the wrong type is in the way: BullMQ's script fails, Lockstep's scripts do not.
    await inside.redis.set(`${inside.keys.queuePrefix}:${QUEUE}:prioritized`, 'in the way');
    const wakes = createWaker([queue], silent, () => (failures += 1));
    const event = waitingEvent('orders/paid', { id: 1 });
    const answer = await createDepositor(inside.redis, inside.partitions, wakes, 60).deposit(event, null);
    expect(answer.outcome).toBe('accepted');
    await wakes.flush();
    expect(failures).toBe(1);
    expect(await inside.redis.zcard(inside.keys.pending)).toBe(1);
  });
});
