import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import { createDepositor } from '../../src/deposit/depositor.ts';
import { createReplayer } from '../../src/deposit/replayer.ts';
import { Sweeper } from '../../src/deposit/sweeper.ts';
import { ordersOf, type DrainJob } from '../../src/deposit/waker.ts';
import { partsOf, type OrderKey } from '../../src/order/identity.ts';
import { QUEUE } from '../../src/system/redis-keys.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { DEDUPE_TTL_SECONDS, openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { waitingJobs } from '../support/waiting-jobs.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const [A, B, C] = ['a.myshopify.com', 'b.myshopify.com', 'c.myshopify.com'] as const;

describe('every shop gets its share', () => {
  let inside: DepositInside;
  const opened: DepositInside[] = [];
  beforeEach(async () => {
    inside = await openDeposit();
    opened.push(inside);
  });
  afterAll(() => Promise.all(opened.map((each) => each.close())));

  const deposit = async (order: OrderKey) => {
    await inside.depositor.deposit(waitingEvent('orders/paid', { order }, { order }), null);
  };
  /** So many orders of a shop, one after another. */
  const arrive = async (shop: string, count: number, first = 1000) => {
    const orders = Array.from({ length: count }, (_, i) => keyOf(String(first + i), shop));
    for (const order of orders) await deposit(order);
    await inside.waker.flush();
    return orders;
  };
  const rounds = async () => {
    const found = await inside.redis.hgetall(inside.keys.rounds);
    return (order: OrderKey) => Number(found[order]);
  };
  /** Orders in the sequence in which a worker takes them, one job at a time. */
  const taken = async (count: number): Promise<OrderKey[]> => {
    const orders: OrderKey[] = [];
    const worker = new Worker<DrainJob>(
      QUEUE,
      (job) => Promise.resolve(void orders.push(...ordersOf(job.data))),
      {
        connection: inside.redis,
        prefix: inside.keys.queuePrefix,
      },
    );
    await until(() => orders.length >= count);
    await worker.close();
    return orders;
  };

  test('a shop has 16 orders in each round', async () => {
    const orders = await arrive(A, 40);
    const roundOf = await rounds();
    const first = roundOf(orders[0]!);
    expect(orders.map((order) => roundOf(order) - first)).toEqual(orders.map((_, i) => Math.floor(i / 16)));
  });

  test('one order of another shop runs before all of them but those of the first round', async () => {
    await arrive(A, 200);
    const [late] = await arrive(B, 1);
    const sequence = await taken(201);
    expect(sequence.indexOf(late!)).toBeLessThanOrEqual(16);
    expect(sequence.filter((order) => partsOf(order).shop === A)).toHaveLength(200);
  });

  test('two shops with much to do take turns, and each keeps its own sequence', async () => {
    const ofA = await arrive(A, 64);
    const ofB = await arrive(B, 64);
    const sequence = await taken(128);
    for (const end of [32, 64, 96, 128]) {
      const some = sequence.slice(0, end).filter((order) => partsOf(order).shop === B);
      expect(some.length).toBe(end / 2);
    }
    expect(sequence.filter((order) => ofA.includes(order))).toEqual(ofA);
    expect(sequence.filter((order) => ofB.includes(order))).toEqual(ofB);
  });

  test('a shop that comes later starts in the round that workers are in, not before it', async () => {
    await arrive(A, 100);
    await inside.redis.lockstepServe(inside.keys.round, 4);
    const [late] = await arrive(C, 1);
    expect((await rounds())(late!)).toBe(4);
    expect(await inside.redis.lockstepServe(inside.keys.round, 3)).toBe(0);
    expect(await inside.redis.get(inside.keys.round)).toBe('4');
  });

  test('a shop with a weight of 4 has 64 orders in each round, one of 0.5 has 8', async () => {
    const weights = { [A]: 4, [B]: 0.5 };
    const { redis, partitions, waker } = inside;
    const weighed = createDepositor(redis, partitions, waker, DEDUPE_TTL_SECONDS, { weights });
    const roundsOf = async (shop: string, count: number) => {
      const orders = Array.from({ length: count }, (_, i) => keyOf(String(1 + i), shop));
      for (const order of orders)
        await weighed.deposit(waitingEvent('orders/paid', { order }, { order }), null);
      const roundOf = await rounds();
      return orders.map((order) => roundOf(order) - 1);
    };
    expect(await roundsOf(A, 100)).toEqual(Array.from({ length: 100 }, (_, i) => Math.floor(i / 64)));
    expect(await roundsOf(B, 20)).toEqual(Array.from({ length: 20 }, (_, i) => Math.floor(i / 8)));
    expect(await roundsOf(C, 20)).toEqual(Array.from({ length: 20 }, (_, i) => Math.floor(i / 16)));
  });

  test('when nothing waits, nothing is kept', async () => {
    const orders = await arrive(A, 20);
    await inside.redis.lockstepServe(inside.keys.round, 2);
    for (const order of orders) {
      const { events } = await inside.mailbox.read(order, 10);
      await inside.mailbox.trim(
        order,
        events.map(({ id }) => id),
      );
    }
    const { round, shares, rounds: each } = inside.keys;
    expect(await inside.redis.exists(round, shares, each)).toBe(0);
  });

  test('replayed events come after all live ones; a live event of the same order takes it along', async () => {
    const replayer = createReplayer(inside.redis, inside.partitions, inside.waker, DEDUPE_TTL_SECONDS);
    const [first, second] = [keyOf('1', A), keyOf('2', A)];
    for (const order of [first, second])
      await replayer.replay(waitingEvent('orders/paid', { order }, { order }));
    await inside.waker.flush();
    const live = await arrive(B, 40);
    await deposit(second);
    await inside.waker.flush();
    const sequence = await taken(43);
    // The lane's job of the second order is still there, and finds nothing.
    expect(sequence.slice(-2)).toEqual([first, second]);
    expect(sequence.indexOf(second)).toBeLessThan(sequence.indexOf(live[39]!) + 1);
  });

  test('P6: the sweeper wakes exactly the orders whose jobs are lost, in whatever round they are', async () => {
    const random = randomFrom(17);
    const orders = [...(await arrive(A, 100)), ...(await arrive(B, 5)), ...(await arrive(C, 40))];
    const jobs = await waitingJobs(inside.queues[0]!);
    expect(jobs.flatMap(({ data }) => ordersOf(data)).toSorted()).toEqual(orders.toSorted());
    const woken: OrderKey[] = [];
    const waker = {
      ...inside.waker,
      wakeAgain: (some: OrderKey[]) => Promise.resolve(void woken.push(...some)),
    };
    const sweeper = new Sweeper(inside.redis, inside.partitions, waker, silent, () => undefined);
    await sweeper.sweep();
    expect(woken).toEqual([]);
    const lost = jobs.filter(() => random.next() < 0.3);
    for (const job of lost) await job.remove();
    await sweeper.sweep();
    // An order whose job is lost behind others of its round is found when these have run.
    expect(lost.flatMap(({ data }) => ordersOf(data))).toEqual(expect.arrayContaining(woken));
    const left = orders.length - lost.flatMap(({ data }) => ordersOf(data)).length;
    const ran = new Set(await taken(left));
    for (const order of ran) {
      const { events } = await inside.mailbox.read(order, 10);
      await inside.mailbox.trim(
        order,
        events.map(({ id }) => id),
      );
    }
    woken.length = 0;
    await sweeper.sweep();
    expect(woken.toSorted()).toEqual(orders.filter((order) => !ran.has(order)).toSorted());
  });
});
