import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import { Sweeper } from '../../src/deposit/sweeper.ts';
import { ordersOf, type DrainJob } from '../../src/deposit/waker.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { partitionOf, QUEUE } from '../../src/system/redis-keys.ts';
import { depositOrders, openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { waitingJobs } from '../support/waiting-jobs.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('P6: an order that waits without a job is woken by one sweep', () => {
  let inside: DepositInside;
  let swept: number[];
  let sweeper: Sweeper;
  beforeEach(async () => {
    inside = await openDeposit({ partitions: 2 });
    swept = [];
    const { redis, partitions, waker } = inside;
    sweeper = new Sweeper(redis, partitions, waker, silent, (orders) => swept.push(orders));
  });
  afterEach(() => inside.close());

  /** One after another, so each has a job of its own. */
  const deposited = async (count: number) => {
    const orders = Array.from({ length: count }, (_, i) => keyOf(String(1000 + i)));
    for (const order of orders) {
      const before = Date.now();
      await inside.depositor.deposit(waitingEvent('orders/paid', {}, { order }), null);
      await inside.waker.flush();
      await until(() => Date.now() > before);
    }
    return orders.toSorted();
  };
  const isAbout = (job: { data: DrainJob }, orders: (OrderKey | undefined)[]) =>
    ordersOf(job.data).some((order) => orders.includes(order));
  async function withJobs(): Promise<string[]> {
    const jobs = await Promise.all(inside.queues.map(waitingJobs));
    return jobs
      .flat()
      .flatMap((job) => ordersOf(job.data))
      .toSorted();
  }
  const found = () => swept.reduce((sum, each) => sum + each, 0);
  const keysBelow = async (part: string): Promise<string[]> =>
    (await inside.redis.keys(`lockstep:{*}:${QUEUE}:*`)).filter((key) => key.includes(part));

  test('after every key of BullMQ was deleted', async () => {
    const orders = await deposited(20);
    await inside.redis.del(await keysBelow(''));
    expect(await withJobs()).toEqual([]);
    await sweeper.sweep();
    expect(await withJobs()).toEqual(orders);
    expect(found()).toBe(20);
  });

  test('after the queues were obliterated', async () => {
    const orders = await deposited(20);
    for (const queue of inside.queues) await queue.obliterate({ force: true });
    await sweeper.sweep();
    expect(await withJobs()).toEqual(orders);
  });

  test('after single jobs were lost whose deduplication keys still exist; and only those', async () => {
    const orders = await deposited(20);
    const [first, second] = orders;
    for (const queue of inside.queues)
      for (const job of await waitingJobs(queue))
        if (isAbout(job, [first, second])) await inside.redis.del(queue.toKey(String(job.id)));
    expect(await keysBelow(':de:')).toHaveLength(20);
    await sweeper.sweep();
    expect(found()).toBe(2);
    const again = await withJobs();
    expect(again.filter((order) => order === first)).toHaveLength(1);
    expect(new Set(again)).toEqual(new Set(orders));
  });

  test.each([
    ['its retry', (order: OrderKey) => order],
    ['the end of its hold', (order: OrderKey) => `hold:${order}`],
  ])('also if %s was set to five minutes from now by a process whose clock was ahead', async (_, idOf) => {
    const order = keyOf('77');
    const [queue] = inside.queues.filter((_each, p) => p === partitionOf(order, inside.partitions.length));
    await inside.depositor.deposit(waitingEvent('orders/paid', {}, { order }), null);
    await inside.waker.flush();
    await queue?.drain();
    const deduplication = { id: idOf(order), keepLastIfActive: true };
    await queue?.add('drain', { order }, { delay: 300_000, deduplication });
    await sweeper.sweep();
    expect(found()).toBe(1);
    expect(await waitingJobs(queue!)).toHaveLength(1);
    await sweeper.sweep();
    expect(found()).toBe(1);
  });

  test('also if 2,500 jobs were lost', async () => {
    const orders = await deposited(2500);
    await inside.redis.del(await keysBelow(''));
    await sweeper.sweep();
    expect(await withJobs()).toEqual(orders);
    await sweeper.sweep();
    expect(found()).toBe(2500);
  });

  test('also one behind more than a thousand orders, once the jobs before it are done', async () => {
    const orders = await deposited(2500);
    const lost = orders.at(-1)!;
    const waiting = (await Promise.all(inside.queues.map(waitingJobs))).flat();
    await Promise.all(waiting.filter((job) => isAbout(job, [lost])).map((job) => job.remove()));
    for (let sweeps = 0; sweeps < 3; sweeps += 1) await sweeper.sweep();
    expect(found()).toBe(0);
    for (const queue of inside.queues) await queue.obliterate({ force: true });
    for (const { pending } of inside.partitions) {
      const others = await inside.redis.zrange(pending, '0', '-1');
      await inside.redis.zrem(pending, '-', ...others.filter((order) => order !== lost));
    }
    await sweeper.sweep();
    expect(await withJobs()).toEqual([lost]);
  });

  describe('of orders that share jobs', () => {
    /** Together, and later than everything before. */
    const together = async (count: number, first: number) => {
      const before = Date.now();
      await until(() => Date.now() > before);
      return await depositOrders(inside, count, first);
    };
    const jobs = async () => (await Promise.all(inside.queues.map(waitingJobs))).flat();

    test('a job that waits is not replaced, whatever the time of its orders', async () => {
      await together(40, 1000);
      await together(40, 2000);
      expect((await jobs()).some(({ data }) => ordersOf(data).length > 1)).toBe(true);
      await sweeper.sweep();
      expect(found()).toBe(0);
    });

    test('an active job is not replaced, even if nothing else waits', async () => {
      await together(40, 1000);
      for (const queue of inside.queues) {
        const worker = new Worker<DrainJob>(QUEUE, null, {
          connection: inside.redis,
          prefix: queue.opts.prefix!,
        });
        while (await worker.getNextJob('token'));
        await worker.close();
      }
      expect(await jobs()).toEqual([]);
      await sweeper.sweep();
      expect(found()).toBe(0);
    });

    test('lost jobs are replaced, and no job that came later', async () => {
      const lost = await together(40, 1000);
      for (const queue of inside.queues) await queue.obliterate({ force: true });
      await together(40, 2000);
      await sweeper.sweep();
      expect(found()).toBe(40);
      expect((await withJobs()).filter((order) => lost.includes(order as OrderKey))).toHaveLength(40);
    });
  });

  test('and a sweeper that runs on its timer can be stopped', async () => {
    sweeper.component.start();
    await sweeper.component.stop();
    expect(found()).toBe(0);
  });
});
