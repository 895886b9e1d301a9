import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sweeper } from '../../src/deposit/sweeper.ts';
import { depositOrders, openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';

describe('a sweep without lost jobs', () => {
  let inside: DepositInside;
  let found: number;
  beforeEach(async () => {
    inside = await openDeposit({ partitions: 3 });
    found = 0;
  });
  afterEach(() => inside.close());

  const sweep = () => {
    const { redis, partitions, waker } = inside;
    return new Sweeper(redis, partitions, waker, silent, (orders) => (found += orders)).sweep();
  };

  /** Names of the commands sent during `run` on the sweeper's connection, which the queues share. */
  async function commandsDuring(run: () => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    const { redis } = inside;
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, ...more) => {
      seen.push(command.name);
      return send(command, ...more);
    };
    await run();
    redis.sendCommand = send;
    return seen;
  }

  test.each([
    [3, 2],
    [3500, 2],
  ])('with %i waiting orders makes at most %i calls per partition and adds no job', async (count, calls) => {
    await depositOrders(inside, count);
    // Redis knows the script after the first sweep.
    await sweep();
    const before = await Promise.all(
      inside.queues.map((queue) => queue.getJobCountByTypes('waiting', 'prioritized')),
    );
    const commands = await commandsDuring(sweep);
    expect(new Set(commands)).toEqual(new Set(['evalsha']));
    expect(commands.length).toBeLessThanOrEqual(calls * inside.partitions.length);
    expect(found).toBe(0);
    expect(
      await Promise.all(inside.queues.map((queue) => queue.getJobCountByTypes('waiting', 'prioritized'))),
    ).toEqual(before);
  });

  test('ignores orders that are held for their create', async () => {
    await depositOrders(inside, 1);
    const order = keyOf('1000');
    await Promise.all(inside.queues.map((queue) => queue.drain()));
    await inside.waker.wakeIn(order, 60_000);
    await sweep();
    expect(found).toBe(0);
    const held: string[] = [];
    for (const queue of inside.queues)
      for (const job of await queue.getDelayed()) held.push(queue.toKey(String(job.id)));
    expect(held).toHaveLength(1);
    await inside.redis.del(held);
    await sweep();
    expect(found).toBe(1);
  });
});
