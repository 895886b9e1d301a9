import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PauseWindow } from '../../src/system/pause-windows.ts';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

const MINUTE_MS = 60_000;

describe('while a pause window is open', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  /** Of a destination without windows: when it has got a message, the others would have it, too. */
  let other: Receiver;
  /** Not reused: the worker of an earlier one may run for a second. */
  let otherName = '';
  let tests = 0;
  beforeAll(async () => {
    publishing = await Publishing.open();
    await Promise.all([publishing.start(), publishing.start()]);
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    [receiver, other] = await Promise.all([Receiver.open(), Receiver.open()]);
    otherName = `other-${(tests += 1)}`;
    await publishing.destination(otherName, { url: other.url });
  });
  afterEach(async () => {
    await publishing.forget();
    await Promise.all([receiver.close(), other.close()]);
  });

  /** Opens and closes in so many minutes, by the clocks of publishers. */
  const windowIn = (from: number, to: number): PauseWindow => {
    const clock = (minutes: number) =>
      new Date(publishing.inside.now() + minutes * MINUTE_MS).toISOString().slice(11, 16);
    return { days: null, from: clock(from), to: clock(to), timeZone: 'UTC' };
  };
  const sendsNothing = async (name: string) => {
    const before = receiver.received.length;
    await publishing.created(3, 'orders/cancelled');
    await publishing.settled(otherName);
    await until(async () => (await publishing.waitingJobs(name)) > 0, 10_000, 'jobs that wait');
    expect([receiver.underWay, receiver.received.length]).toEqual([0, before]);
  };
  const isSentOnce = async (name: string, orders: number) => {
    await publishing.settled(name, MINUTE_MS);
    expect(receiver.received.length).toBe(orders);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(orders);
  };

  test(
    'nothing is sent, however urgent, also by a publisher that starts in it; afterwards all is sent, in sequence',
    async () => {
      const name = 'night';
      const pauseWindows = [windowIn(-1, 10)];
      await publishing.destination(name, { url: receiver.url, priority: 'critical', pauseWindows });
      const events = await publishing.live(71);
      await sendsNothing(name);
      const stop = await publishing.start();
      await sendsNothing(name);
      publishing.aheadMs += 11 * MINUTE_MS;
      await isSentOnce(name, events.length + 6);
      const { order } = events[0]!;
      const its = receiver.bodies.filter((body) => body.order.key === order);
      expect(its.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
      await stop();
    },
    2 * MINUTE_MS,
  );

  test(
    'a window that opens during a backlog stops it, and the rest is sent after it, each once',
    async () => {
      const name = 'busy';
      receiver.delayMs = 20;
      const pauseWindows = [windowIn(5, 15)];
      await publishing.destination(name, { url: receiver.url, concurrency: 2, pauseWindows });
      await publishing.created(100);
      await until(() => receiver.received.length > 10, 20_000, 'messages');
      publishing.aheadMs += 6 * MINUTE_MS;
      await until(async () => (await publishing.activeJobs(name)) === 0, 10_000, 'messages under way to end');
      expect(receiver.received.length).toBeLessThan(100);
      await sendsNothing(name);
      publishing.aheadMs += 10 * MINUTE_MS;
      await isSentOnce(name, 103);
    },
    2 * MINUTE_MS,
  );

  test(
    'a change of its windows takes effect: a longer one holds, and without one all is sent',
    async () => {
      const name = 'changed';
      const url = receiver.url;
      await publishing.destination(name, { url, pauseWindows: [windowIn(-1, 10)] });
      await sendsNothing(name);
      await publishing.destination(name, { url, pauseWindows: [windowIn(-1, 30)] });
      publishing.aheadMs += 12 * MINUTE_MS;
      await sendsNothing(name);
      expect(receiver.received).toEqual([]);
      await publishing.destination(name, { url, pauseWindows: [] });
      await isSentOnce(name, 6);
    },
    2 * MINUTE_MS,
  );

  test(
    'jobs that Redis loses in it are made again, and a message that failed before waits, too',
    async () => {
      const name = 'fails';
      receiver.answering = () => ({ status: 500 });
      const url = receiver.url;
      await publishing.destination(name, { url, pauseWindows: [windowIn(5, 15)] });
      await publishing.created(1);
      await until(
        async () => (await publishing.effects({ destination: name, state: 'failing' })).length === 1,
      );
      publishing.aheadMs += 6 * MINUTE_MS;
      receiver.answering = () => ({ status: 200 });
      await publishing.hurry();
      await sendsNothing(name);
      await publishing.forgetJobs(name);
      publishing.aheadMs += 10 * MINUTE_MS;
      await publishing.settled(name, MINUTE_MS);
      expect(receiver.received.length).toBe(1 + 4);
    },
    2 * MINUTE_MS,
  );

  test(
    'a backfill waits, and continues after it',
    async () => {
      const name = 'history';
      await publishing.created(5);
      await publishing.settled(otherName);
      await publishing.destination(name, { url: receiver.url, pauseWindows: [windowIn(-1, 10)] }, null);
      await sendsNothing(name);
      expect(await publishing.effects({ destination: name, backfilled: true })).toEqual([]);
      publishing.aheadMs += 11 * MINUTE_MS;
      await until(() => receiver.received.length === 8, MINUTE_MS, 'history and what is new');
      await isSentOnce(name, 8);
    },
    2 * MINUTE_MS,
  );
});
