import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const MARK = 'a text that only the body has';

describe('a commit sends only a body that changed', () => {
  let inside: Inside;
  const sent: string[] = [];
  beforeAll(async () => {
    inside = await openInProcess();
    inside.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'bulkWrite') sent.push(JSON.stringify(command as mongo.Document));
    });
  });
  afterAll(() => inside.close());

  const stored = (key: OrderKey) => inside.collections.orders.findById(String(key)).lean();
  async function apply(order: OrderKey, topic: string, body: object): Promise<string> {
    sent.length = 0;
    await inside.depositor.deposit(waitingEvent(topic, body, { order }), null);
    await drainOrder(order, inside.tools);
    return sent.join('\n');
  }
  const body = (id: number, updatedAt: string, more: object = {}) => ({
    id,
    name: `#${id}`,
    note: MARK,
    total_price: '19.00',
    currency: 'EUR',
    updated_at: updatedAt,
    line_items: [{ id: 1, quantity: 1, price: '19.00' }],
    ...more,
  });
  const transaction = (orderId: number) => ({
    id: orderId * 10,
    order_id: orderId,
    kind: 'sale',
    status: 'success',
    amount: '19.00',
    currency: 'EUR',
    processed_at: '2026-11-20T12:05:00Z',
  });

  test('a part of an order is committed without it, and it stays', async () => {
    const key = keyOf('1');
    expect(await apply(key, 'orders/create', body(1, '2026-11-20T12:00:00Z'))).toContain(MARK);
    const before = await stored(key);
    expect(await apply(key, 'order_transactions/create', transaction(1))).not.toContain(MARK);
    const after = await stored(key);
    expect(after?.body).toEqual(before?.body);
    expect(after?.bodySource).toEqual(before?.bodySource);
    expect(after).toMatchObject({ version: 2, transactions: [{ id: '10' }] });
    // Fields that this version does not have are removed, as with any commit.
    await inside.collections.orders.collection.updateOne({ _id: key as never }, { $set: { old: 1 } });
    await apply(key, 'order_transactions/create', { ...transaction(1), id: 11 });
    expect(await stored(key)).not.toHaveProperty('old');
  });

  test('a newer body is sent, and so is one that is dropped', async () => {
    const key = keyOf('2');
    await apply(key, 'orders/create', body(2, '2026-11-20T12:00:00Z'));
    expect(await apply(key, 'orders/updated', body(2, '2026-11-20T13:00:00Z', { tags: 'vip' }))).toContain(
      MARK,
    );
    const known = (await inside.tools.orders.load(key))!;
    const { whole: _, ...without } = known;
    expect(await inside.tools.orders.commit({ key, order: without, known })).toBe('committed');
    expect(await stored(key)).not.toHaveProperty('body');
  });

  test('P4: it still needs the version that was loaded', async () => {
    const key = keyOf('3');
    await apply(key, 'orders/create', body(3, '2026-11-20T12:00:00Z'));
    const known = (await inside.tools.orders.load(key))!;
    const commit = (order: Order) => inside.tools.orders.commit({ key, order, known });
    expect(await commit({ ...known, name: 'first' })).toBe('committed');
    expect(await commit({ ...known, name: 'second' })).toBe('outpaced');
    expect(await stored(key)).toMatchObject({ name: 'first', body: { note: MARK } });
  });

  test('too large together with it: too_large, and others in the batch are committed', async () => {
    const [key, other] = [keyOf('4'), keyOf('5')];
    await apply(key, 'orders/create', body(4, '2026-11-20T12:00:00Z', { note: 'x'.repeat(9_000_000) }));
    const known = (await inside.tools.orders.load(key))!;
    const answers = await Promise.all([
      inside.tools.orders.commit({ key, order: { ...known, name: 'y'.repeat(8_000_000) }, known }),
      inside.tools.orders.commit({ key: other, order: newOrder(other) }),
    ]);
    expect(answers).toEqual(['too_large', 'committed']);
    expect(await stored(key)).toMatchObject({ version: 1, name: '#4' });
  });
});
