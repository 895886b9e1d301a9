import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { newOrder } from '../../src/order/order.ts';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { until } from '../support/until.ts';

describe('P4: a holder that is too late', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  async function deposited(number: number, count = 3) {
    const events = lifeEvents(number);
    await depositAll(inside, events.slice(0, count));
    return { order: events[0]?.order as OrderKey, events };
  }
  const refusals = async () => (await inside.metrics.fencingRejected.get()).values[0]?.value ?? 0;

  test('does not run beside another: of two drains, one is busy', async () => {
    const { order } = await deposited(1);
    const ends = await Promise.all([drainOrder(order, inside.tools), drainOrder(order, inside.tools)]);
    expect(ends.map((end) => end.outcome).toSorted()).toEqual(['busy', 'drained']);
  });

  test('whose order changed after it was loaded loads and decides again, and commits over the new version', async () => {
    const { order } = await deposited(2);
    const before = await refusals();
    let loads = 0;
    const load: DrainTools['orders']['load'] = async (key) => {
      loads += 1;
      const known = await inside.tools.orders.load(key);
      if (loads === 1) await inside.tools.orders.commit({ key, order: newOrder(key) });
      return known;
    };
    await drainOrder(order, { ...inside.tools, orders: { ...inside.tools.orders, load } });
    expect(loads).toBe(2);
    expect(await refusals()).toBe(before + 1);
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 2, sequence: 3 });
    expect(await journalOf(inside, order)).toHaveLength(3);
  });

  test('five times in a row gives up with outpaced, writes no history, and leaves the events waiting', async () => {
    const { order } = await deposited(3);
    const before = await refusals();
    const commit: DrainTools['orders']['commit'] = async (asked) => {
      const version = asked.order.version + 1;
      await inside.collections.orders.collection.updateOne(
        { shop: asked.order.shop, orderId: asked.order.orderId },
        { $set: { version }, $setOnInsert: { _id: order } as object },
        { upsert: true },
      );
      return await inside.tools.orders.commit(asked);
    };
    const drain = drainOrder(order, { ...inside.tools, orders: { ...inside.tools.orders, commit } });
    await expect(drain).rejects.toMatchObject({ name: 'Fault', code: 'outpaced' });
    expect(await refusals()).toBe(before + 5);
    expect(await journalOf(inside, order)).toEqual([]);
    expect(await inside.redis.llen(inside.keys.mailbox(order))).toBe(3);
    expect(await inside.redis.exists(inside.keys.lock(order))).toBe(0);
  });

  test('whose lock was taken before its commit commits nothing, and does not release the new lock', async () => {
    const { order } = await deposited(4);
    const leases: Lease[] = [];
    const short = createLocks([inside.redis], 600, () => undefined);
    const acquire: DrainTools['lock']['acquire'] = async (key, job) => {
      const lease = await short.acquire(key, job);
      if (lease) leases.push(lease);
      return lease;
    };
    const load: DrainTools['orders']['load'] = async (key) => {
      await inside.redis.set(inside.keys.lock(order), "another's", 'PX', 60_000);
      await until(() => leases[0]?.signal.aborted === true);
      return await inside.tools.orders.load(key);
    };
    const lock = { ...inside.tools.lock, acquire };
    const tools = { ...inside.tools, lock, orders: { ...inside.tools.orders, load } };
    await expect(drainOrder(order, tools)).rejects.toMatchObject({ name: 'Fault', code: 'lock_lost' });
    expect(await inside.tools.orders.load(order)).toBeNull();
    expect(await journalOf(inside, order)).toEqual([]);
    expect(await inside.redis.llen(inside.keys.mailbox(order))).toBe(3);
    expect(await inside.redis.get(inside.keys.lock(order))).toBe("another's");
  });

  test('that slept while its successor did everything changes and removes nothing', async () => {
    const { order, events } = await deposited(5);
    let wake = () => undefined as void;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let loads = 0;
    const load: DrainTools['orders']['load'] = async (key) => {
      const known = await inside.tools.orders.load(key);
      loads += 1;
      if (loads === 1) await asleep;
      return known;
    };
    const late = drainOrder(order, { ...inside.tools, orders: { ...inside.tools.orders, load } });
    await until(() => loads === 1);
    await inside.redis.del(inside.keys.lock(order));
    await drainOrder(order, inside.tools);
    const before = await journalOf(inside, order);
    await depositAll(inside, events.slice(3, 5));
    wake();
    // Its commit is refused, and then it finds that it lost the lock: the rest is another drain's work.
    await expect(late).rejects.toMatchObject({ name: 'Fault', code: 'lock_lost' });
    expect(await journalOf(inside, order)).toEqual(before);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 2 });
    const after = await journalOf(inside, order);
    expect(after.slice(0, 3)).toEqual(before);
    expect(after.map((entry) => entry._id)).toEqual(events.slice(0, 5).map((event) => event.id));
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 2, sequence: 5 });
  });
});
