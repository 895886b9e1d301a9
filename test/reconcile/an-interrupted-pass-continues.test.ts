import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AdminApi } from '../../src/shop/admin-api.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { Reconciling, SHOP } from './reconciling.ts';

/** The first page has 62 orders, because the shop's points are unknown at first; further ones have 100. */
const ORDERS = 250;

describe('a pass that is interrupted', () => {
  let store: Reconciling;
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.switch({ drop: 100 });
    await store.shop.sell(ORDERS);
  });
  afterEach(() => store.stop());

  /** Counts list queries, and calls `act` before the `nth` one. */
  const counting = (nth: number, act: () => void): { api: AdminApi; lists: () => number } => {
    let lists = 0;
    const { api } = store.tools;
    return {
      lists: () => lists,
      api: {
        ask: async (shop, document, ...rest) => {
          if (document.includes('ChangedOrders') && ++lists === nth) act();
          return await api.ask(shop, document, ...rest);
        },
      },
    };
  };

  test.each(['pages', 'bulk'] as const)(
    'by %s, continues from its cursor, and no event is there twice',
    async (how) => {
      const record = await store.ask({ how });
      const stop = new AbortController();
      let wholes = 0;
      const { api } = store.tools;
      const stopping: AdminApi = {
        ask: async (shop, document, ...rest) => {
          // In the middle of a page: some of its orders are deposited, others are not.
          if (document.includes('WholeOrders') && ++wholes === 30) stop.abort(new Error('killed'));
          return await api.ask(shop, document, ...rest);
        },
      };
      expect(await store.ran(record, { api: stopping }, stop.signal)).toBe('interrupted');
      const left = await store.record(record);
      expect(left.state).toBe('running');
      expect(left.checked).toBe(how === 'pages' ? 62 : 0);

      expect(await store.run(record)).toBe('done');
      await store.drain();
      expect(await store.record(record)).toMatchObject({
        state: 'done',
        checked: ORDERS,
        missing: ORDERS,
        stale: 0,
      });
      expect(await store.drift()).toEqual([]);
      expect(await store.inside.collections.events.countDocuments({})).toBe(ORDERS);
      expect((await store.inside.collections.shops.findById(SHOP).lean())?.repaired).toBe(ORDERS);
    },
  );

  test('does not list finished pages again', async () => {
    const record = await store.ask();
    const stop = new AbortController();
    const first = counting(3, () => stop.abort(new Error('killed')));
    await store.run(record, { api: first.api }, stop.signal);
    expect((await store.record(record)).checked).toBe(162);
    const second = counting(0, () => undefined);
    await store.run(record, { api: second.api });
    expect([first.lists(), second.lists()]).toEqual([3, 2]);
  });

  test('by an operator stays aborted, with what it has repaired', async () => {
    const record = await store.ask();
    const { tools } = store;
    const { api } = counting(3, () => void tools.store.end(record._id, 'aborted', 'aborted by ada'));
    expect(await store.run(record, { api })).toBe('aborted');
    expect(await store.record(record)).toMatchObject({
      state: 'aborted',
      because: 'aborted by ada',
      checked: 162,
    });
    expect(await store.run(record)).toBe('aborted');
    expect((await store.inside.collections.shops.findById(SHOP).lean())?.reconciledTo ?? null).toBeNull();
  });

  test('because its lock was released continues with the new lock holder, and counts once', async () => {
    const record = await store.ask();
    const { redis } = store.inside;
    const key = redisKeys(0).shopLock('reconcile', SHOP);
    let second: Promise<string> | undefined;
    const { api } = counting(2, () => {
      second = redis.del(key).then(() => store.run(record));
    });
    // The first run finds that the other one has done its page, or that its lock is lost.
    const first = store.run(record, {
      api: {
        ask: async (...query) => {
          const answer = await api.ask(...query);
          await second;
          return answer;
        },
      },
    });
    expect(['aborted', 'interrupted']).toContain(await first);
    expect(await second).toBe('done');
    expect(await store.record(record)).toMatchObject({ checked: ORDERS, missing: ORDERS });
  });

  test('waits while another process is reconciling the shop', async () => {
    const record = await store.ask();
    const lease = await store.inside.tools.lock.acquire(redisKeys(0).shopLock('reconcile', SHOP), 'a test');
    expect(await store.run(record)).toBe('busy');
    await lease?.release();
    expect(await store.run(record)).toBe('done');
  });
});
