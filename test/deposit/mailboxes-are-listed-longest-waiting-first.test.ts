import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMailboxList, type ListPlace, type MailboxList } from '../../src/deposit/mailbox-list.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { partitionOf } from '../../src/system/redis-keys.ts';
import { depositOrders, openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';

const PARTITIONS = 3;

describe('the list of mailboxes', () => {
  let inside: DepositInside;
  let list: MailboxList;
  beforeEach(async () => {
    inside = await openDeposit({ partitions: PARTITIONS });
    list = createMailboxList(inside.redis, inside.partitions);
  });
  afterEach(() => inside.close());

  const keys = (order: OrderKey) => {
    const found = inside.partitions[partitionOf(order, PARTITIONS)];
    if (!found) throw new Error('three partitions');
    return found;
  };
  const waitsSince = (order: OrderKey, since: number) =>
    inside.redis.zadd(keys(order).pending, String(since), order);
  /** All pages of a size; `between` runs after each. */
  async function pages(
    limit: number,
    between: (shown: OrderKey[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<OrderKey[][]> {
    const found: OrderKey[][] = [];
    let after: ListPlace | null = null;
    for (;;) {
      const page: Awaited<ReturnType<MailboxList['page']>> = await list.page(limit, after);
      found.push(page.waiting.map(({ order }) => order));
      if (!page.more) return found;
      after = page.waiting.at(-1) ?? null;
      await between(found.flat());
    }
  }

  test('is empty if nothing waits', async () => {
    expect(await list.page(10, null)).toEqual({ waiting: [], total: 0, more: false });
  });

  test('starts with the order that has waited longest, over all partitions', async () => {
    const orders = await depositOrders(inside, 9);
    for (const [i, order] of orders.entries()) await waitsSince(order, 1_000_000 - i);
    const { waiting, total } = await list.page(5, null);
    expect(waiting.map(({ order }) => order)).toEqual(orders.toReversed().slice(0, 5));
    expect(total).toBe(9);
    const [oldest] = waiting;
    expect(oldest).toMatchObject({ since: 999_992, events: 1 });
    expect(oldest?.waitedMs).toBeGreaterThan(Date.now() - 1_000_000 - 60_000);
  });

  test('is paged without gaps or repeats, also if many have waited since the same moment', async () => {
    const orders = await depositOrders(inside, 40);
    for (const order of orders) await waitsSince(order, 1_000_000);
    const found = await pages(7);
    expect(found.map(({ length }) => length)).toEqual([7, 7, 7, 7, 7, 5]);
    expect(found.flat()).toEqual(orders.toSorted());
  });

  test('continues at its position after the orders shown so far were drained', async () => {
    const orders = await depositOrders(inside, 20);
    for (const [i, order] of orders.entries()) await waitsSince(order, 1_000_000 + Math.floor(i / 10));
    const found = await pages(4, async (shown) => {
      for (const order of shown) await inside.redis.zrem(keys(order).pending, order);
    });
    expect(found.flat().toSorted()).toEqual(orders.toSorted());
  });

  test('shows which order has no job due; a job in a paused queue is due', async () => {
    const [lost] = await depositOrders(inside, 1);
    await Promise.all(inside.queues.map((queue) => queue.drain()));
    const [kept, ...others] = await depositOrders(inside, 20, 2000);
    if (!lost || !kept) throw new Error('they were deposited');
    await Promise.all(inside.queues.map((queue) => queue.pause()));
    const due = async () =>
      Object.fromEntries((await list.page(30, null)).waiting.map((each) => [each.order, each.due]));
    const beside = Object.fromEntries(others.map((order) => [order, true]));
    expect(await due()).toEqual({ ...beside, [lost]: false, [kept]: true });
    await inside.waker.wakeAgain([lost]);
    expect(await due()).toEqual({ ...beside, [lost]: true, [kept]: true });
  });

  test('shows the other mailboxes if one is not a list', async () => {
    const [bad, good] = await depositOrders(inside, 2);
    if (!bad || !good) throw new Error('two were deposited');
    await inside.redis.set(keys(bad).mailbox(bad), 'foreign data');
    const events = (await list.page(10, null)).waiting.map((each) => [each.order, each.events]);
    expect(Object.fromEntries(events)).toEqual({ [bad]: 0, [good]: 1 });
  });
});

describe('the view of one mailbox', () => {
  let inside: DepositInside;
  let list: MailboxList;
  beforeEach(async () => {
    inside = await openDeposit();
    list = createMailboxList(inside.redis, inside.partitions);
  });
  afterEach(() => inside.close());

  test('finds nothing if nothing waits', async () => {
    expect(await list.look(keyOf('1'))).toBeNull();
  });

  test('shows every field of an event except its body, and the size of the body', async () => {
    const order = keyOf('-');
    const body = Buffer.alloc(100_000, 'x');
    const event = waitingEvent('orders/paid', null, {
      order,
      body,
      triggeredAt: '2026-11-20T10:00:00.123456Z',
      unreadable: 'it names no order: ü\u202e',
    });
    await inside.depositor.deposit(event, null);
    const other = waitingEvent('orders/updated', {}, { order, webhookId: null });
    await inside.depositor.deposit(other, null);
    const found = await list.look(order);
    const { id, topic, webhookId, receivedAt, triggeredAt, unreadable } = event;
    expect(found).toMatchObject({ order, events: 2 });
    expect(found?.fronts[0]).toEqual({
      id,
      topic,
      webhookId,
      receivedAt,
      triggeredAt,
      unreadable,
      bodyBytes: 100_000,
    });
    expect(found?.fronts[1]).toMatchObject({ id: other.id, webhookId: null, bodyBytes: 2 });
  });

  test('shows at most the oldest 500 events, and counts all', async () => {
    const order = keyOf('2');
    const events = Array.from({ length: 510 }, () => waitingEvent('orders/paid', {}, { order }));
    await Promise.all(events.map((event) => inside.depositor.deposit(event, null)));
    const found = await list.look(order);
    expect(found?.events).toBe(510);
    expect(found?.fronts.map(({ id }) => id)).toEqual(events.slice(0, 500).map(({ id }) => id));
  });

  test('reads 16 MiB of entries and a little more', async () => {
    const order = keyOf('3');
    const entry = () =>
      Buffer.concat([Buffer.from(`${randomEventId()}1795000000000{}\n`), Buffer.alloc(3 * 1024 * 1024)]);
    for (let i = 0; i < 20; i += 1) await inside.redis.rpush(inside.keys.mailbox(order), entry());
    const found = await list.look(order);
    expect(found?.events).toBe(20);
    expect(found?.fronts).toHaveLength(10);
  });

  test('skips foreign entries, and shows damaged ones as damaged', async () => {
    const order = keyOf('4');
    const id = randomEventId();
    await inside.redis.rpush(inside.keys.mailbox(order), 'nonsense', '', `${id}1795000000000{"topic\n`);
    const found = await list.look(order);
    expect(found).toMatchObject({ events: 3, due: false });
    expect(found?.fronts).toEqual([expect.objectContaining({ id, topic: 'unknown', bodyBytes: 0 })]);
  });
});
