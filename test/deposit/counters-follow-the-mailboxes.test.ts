import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sweeper } from '../../src/deposit/sweeper.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const SHOP = 'example.myshopify.com';
const OTHER = 'other.myshopify.com';

describe('the counters in Redis', () => {
  let inside: DepositInside;
  beforeEach(async () => {
    inside = await openDeposit();
  });
  afterEach(() => inside.close());

  describe('the counters of waiting events', () => {
    const event = (order: string, shop = SHOP): WaitingEvent =>
      waitingEvent('orders/updated', { order }, { order: keyOf(order, shop), receivedAt: Date.now() });
    async function deposited(...events: WaitingEvent[]): Promise<WaitingEvent[]> {
      for (const each of events) await inside.depositor.deposit(each, each.id);
      return events;
    }
    const shops = () => inside.redis.hgetall(inside.keys.shops);
    const scoreOf = async (order: string) =>
      Number(await inside.redis.zscore(inside.keys.pending, keyOf(order)));

    test('grow with deposits, per shop, and not with duplicates', async () => {
      const [first] = await deposited(event('1'), event('1'), event('2'), event('1', OTHER));
      if (first) await deposited(first, first);
      expect(await shops()).toEqual({ [SHOP]: '3', [OTHER]: '1' });
      expect(await inside.redis.hgetall(inside.keys.totals)).toEqual({ accepted: '4', duplicates: '2' });
      const pending = await inside.redis.zrange(inside.keys.pending, '0', '-1');
      expect(pending.toSorted()).toEqual([keyOf('1'), keyOf('1', OTHER), keyOf('2')].toSorted());
    });

    test('shrink with a trim; settled orders leave no trace', async () => {
      const [first, second, other] = await deposited(event('1'), event('1'), event('1', OTHER));
      if (!first || !second || !other) throw new Error('three were deposited');
      expect(await inside.mailbox.trim(first.order, [first.id])).toBe(1);
      expect(await shops()).toEqual({ [SHOP]: '1', [OTHER]: '1' });
      expect(await inside.mailbox.trim(first.order, [second.id])).toBe(0);
      expect(await shops()).toEqual({ [OTHER]: '1' });
      expect(await inside.mailbox.trim(other.order, [other.id])).toBe(0);
      const { keys, redis } = inside;
      expect(await redis.exists(keys.shops, keys.pending, keys.mailbox(first.order))).toBe(0);
    });

    test("an order has waited as long as its oldest event, by Redis's clock", async () => {
      const [seconds] = await inside.redis.time();
      await deposited(event('1'));
      const since = await scoreOf('1');
      expect(Math.abs(since - Number(seconds) * 1000)).toBeLessThan(60_000);
      await deposited(event('1'));
      expect(await scoreOf('1')).toBe(since);
      await inside.redis.zadd(inside.keys.pending, String(since - 5000), keyOf('1'));
      expect((await inside.mailbox.read(keyOf('1'), 1)).waitedMs).toBeGreaterThanOrEqual(5000);
    });

    test('after a partial trim an order has waited since its next event was received', async () => {
      const received = Date.now() - 60_000;
      const [first] = await deposited(event('1'), { ...event('1'), receivedAt: received });
      await inside.mailbox.trim(keyOf('1'), first ? [first.id] : []);
      expect(await scoreOf('1')).toBe(received);
    });

    test('an ingest whose clock is ahead does not make an order wait in the future', async () => {
      const ahead = Date.now() + 3_600_000;
      const [first] = await deposited(event('1'), { ...event('1'), receivedAt: ahead });
      await inside.mailbox.trim(keyOf('1'), first ? [first.id] : []);
      expect(await scoreOf('1')).toBeLessThan(ahead - 3_000_000);
    });
  });

  describe('the counters of waiting events, after a mailbox was changed by hand', () => {
    const event = (order: string, shop = SHOP): WaitingEvent =>
      waitingEvent('orders/updated', { order }, { order: keyOf(order, shop) });
    const sweep = () => {
      const { redis, partitions, waker } = inside;
      return new Sweeper(redis, partitions, waker, silent, () => undefined).sweep();
    };
    const shops = () => inside.redis.hgetall(inside.keys.shops);

    test('P6: are correct after a sweep: nothing waits for events that are gone', async () => {
      const { redis, keys, depositor, mailbox } = inside;
      for (const each of [event('1'), event('1'), event('2'), event('3', OTHER), event('3', OTHER)])
        await depositor.deposit(each, null);
      await redis.del(keys.mailbox(keyOf('1')));
      await mailbox.trim(keyOf('1'), []);
      await redis.rpop(keys.mailbox(keyOf('3', OTHER)));
      await redis.hset(keys.shops, 'gone.myshopify.com', 4);
      expect(await shops()).toEqual({ [SHOP]: '3', [OTHER]: '2', 'gone.myshopify.com': '4' });
      await sweep();
      expect(await shops()).toEqual({ [SHOP]: '1', [OTHER]: '1' });
      await redis.del(keys.shops);
      await sweep();
      expect(await shops()).toEqual({ [SHOP]: '1', [OTHER]: '1' });
    });
  });

  describe("each shop's traffic", () => {
    const event = (order: string, shop = SHOP): WaitingEvent =>
      waitingEvent('orders/updated', { order }, { order: keyOf(order, shop) });
    /** All at the same time, so that they share a call. */
    const depositAtOnce = (events: WaitingEvent[]) =>
      Promise.allSettled(events.map((each) => inside.depositor.deposit(each, each.id)));
    const trafficKeys = () => inside.redis.keys(inside.keys.traffic('') + '*');
    async function traffic(): Promise<Record<string, number>> {
      const counts: Record<string, number> = {};
      for (const key of await trafficKeys())
        for (const [shop, count] of Object.entries(await inside.redis.hgetall(key)))
          counts[shop] = (counts[shop] ?? 0) + Number(count);
      return counts;
    }

    test('counts accepted events; a duplicate, in the same call or later, does not count', async () => {
      const [first, second, other] = [event('1'), event('2'), event('1', OTHER)];
      await depositAtOnce([first, first, second, other]);
      await depositAtOnce([first, second]);
      expect(await traffic()).toEqual({ [SHOP]: 2, [OTHER]: 1 });
      await depositAtOnce([event('3')]);
      expect(await traffic()).toEqual({ [SHOP]: 3, [OTHER]: 1 });
    });

    test("is kept for 26 hours, by the hour of Redis's clock, with each shop's last event", async () => {
      const [before] = await inside.redis.time();
      await depositAtOnce([event('1')]);
      const [after] = await inside.redis.time();
      const [key] = await trafficKeys();
      const hours = [before, after].map((seconds) => Math.floor(Number(seconds) / 3600));
      expect(hours.map((hour) => inside.keys.traffic(hour))).toContain(key);
      expect(await inside.redis.ttl(String(key))).toBeGreaterThan(26 * 3600 - 60);
      const at = Number(await inside.redis.zscore(inside.keys.lastEvents, SHOP));
      expect(at).toBeGreaterThanOrEqual(Number(before) * 1000);
      expect(at).toBeLessThan((Number(after) + 1) * 1000);
    });

    test('forgets a shop that was silent for 30 days, but not for one day', async () => {
      const day = 86_400_000;
      const { redis, keys } = inside;
      await redis.zadd(keys.lastEvents, Date.now() - 31 * day, 'gone.myshopify.com', Date.now() - day, OTHER);
      await depositAtOnce([event('1')]);
      expect(await redis.zrange(keys.lastEvents, '0', '-1')).toEqual([OTHER, SHOP]);
    });

    test('P2: does not stop an event from being accepted if it cannot be counted', async () => {
      await inside.redis.set(inside.keys.lastEvents, 'foreign data');
      const outcomes = await depositAtOnce([event('1'), event('2', OTHER)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(await inside.redis.hgetall(inside.keys.shops)).toEqual({ [SHOP]: '1', [OTHER]: '1' });
      expect(await inside.redis.hget(inside.keys.totals, 'accepted')).toBe('2');
    });
  });
});
