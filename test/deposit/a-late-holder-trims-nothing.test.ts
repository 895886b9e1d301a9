import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventId, OrderKey } from '../../src/order/identity.ts';
import { openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';

describe('a trim removes only what its holder settled', () => {
  let inside: DepositInside;
  beforeAll(async () => {
    inside = await openDeposit();
  });
  afterAll(() => inside.close());

  async function filled(order: OrderKey, count: number): Promise<EventId[]> {
    const events = Array.from({ length: count }, (_, i) => waitingEvent('orders/updated', { i }, { order }));
    for (const event of events) await inside.depositor.deposit(event, event.id);
    return events.map((event) => event.id);
  }
  const idsIn = async (order: OrderKey) =>
    (await inside.mailbox.read(order, 100)).events.map((event) => event.id);

  test('P4: a holder that trims its three events after its successor did removes nothing', async () => {
    const order = keyOf('1');
    const read = await filled(order, 3);
    expect(await inside.mailbox.trim(order, read)).toBe(0);
    const later = await filled(order, 2);
    expect(await inside.mailbox.trim(order, read)).toBe(2);
    expect(await idsIn(order)).toEqual(later);
    expect(await inside.redis.hget(inside.keys.shops, 'example.myshopify.com')).toBe('2');
    await inside.mailbox.trim(order, later);
  });

  test('P4: a late holder also removes nothing if its successor trimmed only some of them', async () => {
    const order = keyOf('2');
    const [first, second, third] = await filled(order, 3);
    if (!first || !second || !third) throw new Error('three were deposited');
    expect(await inside.mailbox.trim(order, [first])).toBe(2);
    expect(await inside.mailbox.trim(order, [first, second])).toBe(2);
    expect(await idsIn(order)).toEqual([second, third]);
  });

  test('a trim stops at the first event that is not at the head', async () => {
    const order = keyOf('3');
    const [first, second, third] = await filled(order, 3);
    if (!first || !second || !third) throw new Error('three were deposited');
    expect(await inside.mailbox.trim(order, [first, third])).toBe(2);
    expect(await idsIn(order)).toEqual([second, third]);
  });

  test('a trim of an empty mailbox changes nothing and returns that no events wait', async () => {
    expect(await inside.mailbox.trim(keyOf('4'), [randomEventId()])).toBe(0);
    expect(await inside.mailbox.trim(keyOf('4'), [])).toBe(0);
  });

  test('failures of an event are counted over all workers, and forgotten after a day', async () => {
    const event = randomEventId();
    const counts = await Promise.all([1, 2, 3].map(() => inside.mailbox.countFailure(keyOf('5'), event)));
    expect(counts).toEqual([1, 2, 3]);
    const ttl = await inside.redis.ttl(inside.keys.failures(event));
    expect(ttl).toBeGreaterThan(86_000);
    expect(ttl).toBeLessThanOrEqual(86_400);
  });
});
