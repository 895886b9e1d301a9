import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOrder, type Order } from '../../src/order/order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';

describe('P4: a commit succeeds only over the version that was loaded', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const commit = (key: OrderKey, order: Order) => inside.tools.orders.commit({ key, order });
  async function loaded(key: OrderKey): Promise<Order> {
    const order = await inside.tools.orders.load(key);
    if (!order) throw new Error(`${key} was committed but not found`);
    return order;
  }

  test('an unknown order is null; the first commit makes version 1, and each commit adds one', async () => {
    const key = keyOf('1');
    expect(await inside.tools.orders.load(key)).toBeNull();
    expect(await commit(key, newOrder(key))).toBe('committed');
    expect(await loaded(key)).toEqual({ ...newOrder(key), version: 1 });
    expect(await commit(key, { ...(await loaded(key)), name: '#1' })).toBe('committed');
    expect(await loaded(key)).toMatchObject({ version: 2, name: '#1' });
  });

  test('a second insert of an order is outpaced and changes nothing', async () => {
    const key = keyOf('2');
    expect(await commit(key, { ...newOrder(key), name: '#first' })).toBe('committed');
    expect(await commit(key, { ...newOrder(key), name: '#second' })).toBe('outpaced');
    expect(await loaded(key)).toMatchObject({ version: 1, name: '#first' });
  });

  test('a replace over an older version is outpaced and changes nothing', async () => {
    const key = keyOf('3');
    await commit(key, newOrder(key));
    const stale = await loaded(key);
    expect(await commit(key, { ...stale, name: '#newer' })).toBe('committed');
    expect(await commit(key, { ...stale, name: '#late' })).toBe('outpaced');
    expect(await loaded(key)).toMatchObject({ version: 2, name: '#newer' });
  });

  test('a replace of a missing order is outpaced, and does not create it', async () => {
    const key = keyOf('4');
    expect(await commit(key, { ...newOrder(key), version: 3 })).toBe('outpaced');
    expect(await inside.tools.orders.load(key)).toBeNull();
  });

  test('of a hundred holders with the same version, one commits', async () => {
    const key = keyOf('5');
    await commit(key, newOrder(key));
    const order = await loaded(key);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => commit(key, { ...order, name: `#${i}` })),
    );
    expect(answers.filter((answer) => answer === 'committed')).toHaveLength(1);
    expect((await loaded(key)).version).toBe(2);
  });
});
