import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('one event deposited two hundred times at the same time', () => {
  let inside: DepositInside;
  beforeAll(async () => {
    inside = await openDeposit();
  });
  afterAll(() => inside.close());

  test('P3: is accepted once, is a duplicate 199 times, and waits once', async () => {
    const { depositor, redis, keys } = inside;
    const event = waitingEvent('orders/paid', { id: 1 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => depositor.deposit(event, 'delivery')),
    );
    const accepted = answers.filter((answer) => answer.outcome === 'accepted');
    const duplicates = answers.filter((answer) => answer.outcome === 'duplicate');
    expect([accepted.length, duplicates.length]).toEqual([1, 199]);

    const claim = await redis.hgetall(keys.dedupe(event.id));
    expect(claim).toMatchObject({ order: event.order, hits: '199' });
    const first = { event: event.id, firstSeenAt: new Date(Number(claim.at)) };
    expect(duplicates.every((each) => each.event === event.id)).toBe(true);
    expect(duplicates[0]).toMatchObject(first);
    expect(Number(claim.last)).toBeGreaterThanOrEqual(Number(claim.at));

    expect(await redis.llen(keys.mailbox(event.order))).toBe(1);
    expect(await redis.hgetall(keys.totals)).toEqual({ accepted: '1', duplicates: '199' });
  });

  test('P3: two hundred different events of one order all wait, in the order of their arrival', async () => {
    const { depositor, mailbox } = inside;
    const order = keyOf('1002');
    const events = Array.from({ length: 200 }, (_, i) => waitingEvent('orders/updated', { i }, { order }));
    const answers = await Promise.all(events.map((event) => depositor.deposit(event, event.id)));
    expect(answers.map((answer) => answer.outcome)).toEqual(events.map(() => 'accepted'));
    const waiting = await mailbox.read(order, 500);
    expect(waiting.events.map((event) => event.id)).toEqual(events.map((event) => event.id));
  });
});
