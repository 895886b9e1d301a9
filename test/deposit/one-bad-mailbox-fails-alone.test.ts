import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

  test('P3: the same event twice in one round trip is there once', async () => {
    const event = waitingEvent('orders/paid', { id: 77 }, { order: keyOf('77') });
    const [first, again] = await Promise.all([1, 2].map(() => inside.depositor.deposit(event, null)));
    expect([first?.outcome, again?.outcome]).toEqual(['accepted', 'duplicate']);
    expect(await inside.redis.llen(inside.keys.mailbox(event.order))).toBe(1);
  });
});
