import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Sweeper } from '../../src/deposit/sweeper.ts';
import { openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('while a queue is paused', () => {
  let inside: DepositInside;
  beforeAll(async () => {
    inside = await openDeposit();
  });
  afterAll(() => inside.close());

  test('P6: webhooks are accepted but not processed, and no sweep adds a job for them, during or after the pause', async () => {
    const [queue] = inside.queues;
    if (!queue) throw new Error('there is one queue');
    let swept = 0;
    const sweeper = new Sweeper(
      inside.redis,
      inside.partitions,
      inside.waker,
      silent,
      (orders) => (swept += orders),
    );
    const deposit = async (order: string) => {
      await inside.depositor.deposit(waitingEvent('orders/paid', {}, { order: keyOf(order) }), null);
      await inside.waker.flush();
    };
    await deposit('1');
    await queue.pause();
    await deposit('2');
    await deposit('1');
    for (let i = 0; i < 3; i += 1) await sweeper.sweep();
    expect(swept).toBe(0);
    const jobs = () => queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active');
    expect(await jobs()).toEqual({ waiting: 0, prioritized: 2, delayed: 0, active: 0 });
    await queue.resume();
    await sweeper.sweep();
    expect(swept).toBe(0);
    expect(await jobs()).toEqual({ waiting: 0, prioritized: 2, delayed: 0, active: 0 });
  });
});
