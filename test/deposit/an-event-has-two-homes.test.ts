import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { receiptKeeperOf } from '../../src/compose/drains.ts';
import { durableDeposits } from '../../src/compose/durable-deposits.ts';
import type { Depositor } from '../../src/deposit/depositor.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { createTwoHomes } from '../../src/deposit/two-homes.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { partsOf } from '../../src/order/identity.ts';
import { createReceipts, type Receipts } from '../../src/persist/receipts.ts';
import { journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const ORDER = keyOf();
const later = (ms: number) => RECEIVED_AT + ms;

describe('P2: with DURABILITY=both, an event', () => {
  let inside: Inside;
  let receipts: Receipts;
  let depositor: Depositor;
  let now: number;
  beforeEach(async () => {
    inside = await openInProcess({ settings: { DURABILITY: 'both' } });
    now = RECEIVED_AT;
    receipts = createReceipts(inside.client, inside.mongo.name, () => now);
    const { waker, client, mongo } = inside;
    depositor = durableDeposits(inside, { waker, client, database: mongo.name });
  });
  afterEach(() => inside.close());

  const event = (i = 1) => waitingEvent('orders/updated', { id: ORDER, i }, { order: ORDER });
  const kept = () => inside.collections.receipts.countDocuments();
  const waits = () => inside.redis.llen(inside.keys.mailbox(ORDER));
  const keeper = (again: number[] = []) =>
    receiptKeeperOf(inside, inside.tools.lock, inside.depositor, {
      receipts,
      epoch: () => Promise.resolve('the same'),
      onDepositedAgain: (events) => void (events > 0 && again.push(events)),
    });
  /** At a time by the receipts' clock. */
  const looksAt = async (time: number) => {
    const again: number[] = [];
    const looking = keeper(again);
    // The first look after a start is at all of them.
    await looking.once();
    now = time;
    await looking.once();
    return again;
  };

  test('is in Redis and has a receipt in MongoDB; when it is applied, the receipt is removed', async () => {
    const { outcome } = await depositor.deposit(event(), 'one');
    expect([outcome, await waits(), await kept()]).toEqual(['accepted', 1, 1]);
    await drainOrder(ORDER, inside.tools);
    await until(async () => (await kept()) === 0);
    expect(await journalOf(inside, ORDER)).toHaveLength(1);
  });

  test('that Redis has lost is deposited again, and applied', async () => {
    await depositor.deposit(event(), 'one');
    await inside.redis.flushdb();
    expect(await looksAt(later(0))).toEqual([1]);
    expect([await waits(), await kept()]).toEqual([1, 1]);
    await drainOrder(ORDER, inside.tools);
    expect(await journalOf(inside, ORDER)).toHaveLength(1);
  });

  test('that waits in Redis is left alone, and looked at less and less often', async () => {
    await depositor.deposit(event(), null);
    expect(await looksAt(later(5000))).toEqual([]);
    const lookAt = async () => (await inside.collections.receipts.findOne().lean())?.lookAt.getTime();
    expect(await lookAt()).toBe(later(10_000));
    expect(await looksAt(later(20_000))).toEqual([]);
    expect(await lookAt()).toBe(later(40_000));
    expect(await looksAt(later(500_000))).toEqual([]);
    expect(await lookAt()).toBe(later(560_000));
    expect(await waits()).toBe(1);
  });

  test('that was lost after a look is deposited again at once when another Redis answers', async () => {
    await depositor.deposit(event(), null);
    let epoch = 'first';
    const again: number[] = [];
    const looking = receiptKeeperOf(inside, inside.tools.lock, inside.depositor, {
      receipts,
      epoch: () => Promise.resolve(epoch),
      onDepositedAgain: (events) => void (events > 0 && again.push(events)),
    });
    await looking.once();
    await inside.redis.flushdb();
    await looking.once();
    expect(again).toEqual([]);
    epoch = 'second';
    await looking.once();
    expect(again).toEqual([1]);
  });

  test('whose receipt stayed after it was applied: the receipt is removed', async () => {
    const one = event();
    await depositor.deposit(one, null);
    await drainOrder(ORDER, inside.tools);
    await until(async () => (await kept()) === 0);
    await receipts.put(one, null);
    expect(await looksAt(later(5000))).toEqual([]);
    expect([await waits(), await kept()]).toEqual([0, 0]);
  });

  test('is refused if MongoDB does not store its receipt; sent again, it is a duplicate with a receipt', async () => {
    const one = event();
    const away = { ...receipts, put: () => Promise.reject(new Error('MongoDB is down')) };
    const refusing = createTwoHomes(inside.depositor, away).deposit(one, 'one');
    await expect(refusing).rejects.toMatchObject({ code: 'not_durable' });
    await until(async () => (await waits()) === 1);
    expect(await kept()).toBe(0);
    expect((await depositor.deposit(one, 'one')).outcome).toBe('duplicate');
    expect([await waits(), await kept()]).toEqual([1, 1]);
  });

  test('that Redis did not take is in the spool and has a receipt', async () => {
    const { waker, client, mongo } = inside;
    const places = { waker, client, database: mongo.name, isFit: () => false };
    expect((await durableDeposits(inside, places).deposit(event(), null)).outcome).toBe('accepted');
    expect([await inside.collections.spool.countDocuments(), await kept()]).toEqual([1, 1]);
  });

  test('with the body of an earlier one, triggered at another time, has a receipt of its own', async () => {
    const at = (time: string) => {
      const body = Buffer.from('{"id":1,"updated_at":"2026-11-27T15:00:00Z"}');
      const { shop } = partsOf(ORDER);
      const facts = { shop, topic: 'orders/updated', webhookId: time, triggeredAt: time, body };
      const { event: id, delivery, repeat } = fingerprintsOf(facts);
      const more = { id, order: ORDER, body, webhookId: time, triggeredAt: time };
      return { one: waitingEvent('orders/updated', null, more), delivery, repeat };
    };
    const ids = [];
    for (const time of ['2026-11-27T15:00:00.5Z', '2026-11-27T15:00:01.5Z']) {
      const { one, delivery, repeat } = at(time);
      ids.push((await depositor.deposit(one, delivery, repeat)).event);
    }
    expect(new Set(ids).size).toBe(2);
    const found = await inside.collections.receipts.find().lean();
    expect(found.map(({ _id }) => _id).toSorted()).toEqual(ids.toSorted());
    await inside.redis.flushdb();
    expect(await looksAt(later(0))).toEqual([2]);
    expect(await waits()).toBe(2);
  });

  test('that cannot be deposited again stays due, while others are deposited', async () => {
    const other = keyOf('13');
    await depositor.deposit(event(1), null);
    await depositor.deposit(waitingEvent('orders/updated', { id: 13 }, { order: other }), null);
    await inside.redis.flushdb();
    await inside.redis.set(inside.keys.mailbox(other), 'not a list');
    await looksAt(later(0));
    expect([await waits(), await kept()]).toEqual([1, 2]);
    expect(await receipts.due(10)).toMatchObject([{ order: other }]);
    await inside.redis.del(inside.keys.mailbox(other));
    expect(await looksAt(later(1000))).toEqual([1]);
    expect(await inside.redis.llen(inside.keys.mailbox(other))).toBe(1);
  });

  test('is looked at by one worker at a time', async () => {
    await depositor.deposit(event(), null);
    await inside.redis.flushdb();
    const lease = await inside.tools.lock.acquire(inside.keys.receiptsLock, 'another worker');
    expect(await looksAt(later(0))).toEqual([]);
    await lease?.release();
    expect(await looksAt(later(0))).toEqual([1]);
  });
});

describe('P2: with DURABILITY=replicas:1, an event', () => {
  test('that no replica has goes to the spool, too', async () => {
    const inside = await openInProcess({ settings: { DURABILITY: 'replicas:1' } });
    const { waker, client, mongo } = inside;
    const depositor = durableDeposits(inside, { waker, client, database: mongo.name });
    const one = waitingEvent('orders/updated', { id: 1 }, { order: ORDER });
    expect((await depositor.deposit(one, null)).outcome).toBe('accepted');
    expect(await inside.collections.spool.countDocuments()).toBe(1);
    expect(await inside.redis.llen(inside.keys.mailbox(ORDER))).toBe(1);
    await inside.close();
  });
});
