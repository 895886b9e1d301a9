import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('deposits that share a round trip', () => {
  let inside: DepositInside;
  beforeAll(async () => {
    inside = await openDeposit();
  });
  afterAll(() => inside.close());

  test('P7: one whose mailbox is not a list fails alone, and leaves no claim', async () => {
    const events = Array.from({ length: 20 }, (_, i) =>
      waitingEvent('orders/paid', { id: i }, { order: keyOf(String(i + 1)) }),
    );
    const [bad] = events.slice(7);
    if (!bad) throw new Error('there are 20');
    await inside.redis.set(inside.keys.mailbox(bad.order), 'foreign data');
    const deposits = events.map((event) => inside.depositor.deposit(event, `delivery-${event.order}`));
    const outcomes = (await Promise.allSettled(deposits)).map(({ status }) => status);
    expect(outcomes.indexOf('rejected')).toBe(7);
    expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(19);
    expect(
      await inside.redis.exists(inside.keys.dedupe(bad.id), inside.keys.delivery(`delivery-${bad.order}`)),
    ).toBe(0);
    expect(await inside.redis.hget(inside.keys.totals, 'accepted')).toBe('19');
  });

  test('P7: of mailboxes that are read and trimmed in one round trip, one that is not a list fails alone', async () => {
    const events = ['101', '102', '103'].map((id) => waitingEvent('orders/paid', { id: Number(id) }));
    const [first, bad, last] = events as [WaitingEvent, WaitingEvent, WaitingEvent];
    for (const event of [first, last]) await inside.depositor.deposit(event, null);
    await inside.redis.set(inside.keys.mailbox(bad.order), 'foreign data');
    const read = await Promise.allSettled(events.map(({ order }) => inside.mailbox.read(order, 10)));
    expect(read).toMatchObject([
      { value: { events: [{ id: first.id }] } },
      { reason: { message: expect.stringContaining('WRONGTYPE') } },
      { value: { events: [{ id: last.id }] } },
    ]);
    const trimmed = await Promise.allSettled(events.map(({ order, id }) => inside.mailbox.trim(order, [id])));
    expect(trimmed).toMatchObject([
      { value: 0 },
      { reason: { message: expect.stringContaining('WRONGTYPE') } },
      { value: 0 },
    ]);
  });

  test('P3: the same event twice in one round trip is there once', async () => {
    const event = waitingEvent('orders/paid', { id: 77 }, { order: keyOf('77') });
    const [first, again] = await Promise.all([1, 2].map(() => inside.depositor.deposit(event, null)));
    expect([first?.outcome, again?.outcome]).toEqual(['accepted', 'duplicate']);
    expect(await inside.redis.llen(inside.keys.mailbox(event.order))).toBe(1);
  });
});
