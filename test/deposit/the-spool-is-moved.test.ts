import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSpool, type Spool } from '../../src/persist/spool.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { unspoolerOver } from '../support/unspooler-over.ts';
import { until } from '../support/until.ts';
import { waitingJobs } from '../support/waiting-jobs.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

describe('P2, P3: a spooled event', () => {
  let inside: Inside;
  let kept: Spool;
  let moved: number;
  beforeEach(async () => {
    inside = await openInProcess();
    kept = createSpool(inside.client, inside.collections.spool.db.name);
    moved = 0;
  });
  afterEach(() => inside.close());

  const ORDER = keyOf();
  const event = (i: number) => waitingEvent('orders/updated', { i }, { receivedAt: RECEIVED_AT + i });
  const unspooler = (over: Spool = kept) => unspoolerOver(inside, over, (events) => (moved += events));
  const waiting = async () => (await inside.mailbox.read(ORDER, 1000)).events;
  const spooledCount = () => inside.collections.spool.countDocuments();

  test('goes into its mailbox, in the order of arrival, and wakes a drain', async () => {
    const events = Array.from({ length: 250 }, (_, i) => event(i));
    await Promise.all(events.toReversed().map((each) => kept.put({ event: each, delivery: null })));
    await unspooler().moveFirst();
    expect(moved).toBe(250);
    expect((await waiting()).map(({ id }) => id)).toEqual(events.slice(0, 250).map(({ id }) => id));
    expect(await spooledCount()).toBe(0);
    await inside.waker.flush();
    expect(await waitingJobs(inside.queues[0]!)).toHaveLength(1);
  });

  test('that Redis stored after all is there once', async () => {
    const [same, other] = [event(1), event(2)];
    await inside.depositor.deposit(same, 'one');
    await kept.put({ event: same, delivery: 'one' });
    await kept.put({ event: other, delivery: 'two' });
    await unspooler().moveFirst();
    expect(await waiting()).toHaveLength(2);
    expect(await spooledCount()).toBe(0);
    const { redis, keys } = inside;
    expect(await redis.mget(keys.delivery('one'), keys.delivery('two'))).toEqual([same.id, other.id]);
  });

  test('that a worker moved before it died, but did not remove, is there once', async () => {
    await kept.put({ event: event(1), delivery: 'one' });
    const dying = unspooler({ ...kept, remove: () => Promise.reject(new Error('killed')) });
    await dying.moveFirst();
    expect([await spooledCount(), (await waiting()).length]).toEqual([1, 1]);
    await unspooler().moveFirst();
    expect([await spooledCount(), (await waiting()).length]).toEqual([0, 1]);
  });

  test('is left to a worker that is moving it already', async () => {
    await kept.put({ event: event(1), delivery: null });
    const lease = await inside.tools.lock.acquire(inside.keys.spoolLock, 'spool');
    await unspooler().moveFirst();
    expect(await spooledCount()).toBe(1);
    await lease?.release();
    await unspooler().moveFirst();
    expect(await spooledCount()).toBe(0);
  });

  test('stays if it cannot be deposited, while others are moved', async () => {
    await inside.redis.set(inside.keys.mailbox(keyOf('13')), 'not a list');
    await kept.put({ event: { ...event(1), order: keyOf('13') }, delivery: null });
    await kept.put({ event: event(2), delivery: null });
    await unspooler().moveFirst();
    expect([await spooledCount(), (await waiting()).length]).toEqual([1, 1]);
  });

  test('is found by a timer, which can be stopped', async () => {
    const running = unspooler();
    running.component.start();
    await kept.put({ event: event(1), delivery: null });
    await until(async () => (await spooledCount()) === 0, 5000);
    await running.component.stop();
    expect(await waiting()).toHaveLength(1);
  });
});
