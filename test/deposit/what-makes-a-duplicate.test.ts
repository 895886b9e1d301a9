import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDepositor, type Depositor } from '../../src/deposit/depositor.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { partsOf } from '../../src/order/identity.ts';
import { DEDUPE_TTL_SECONDS, openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('what makes a duplicate', () => {
  let inside: DepositInside;
  let deposits: Depositor;
  const reused: string[] = [];
  beforeAll(async () => {
    inside = await openDeposit();
    const { redis, partitions, waker } = inside;
    const onReused = (event: string) => reused.push(event);
    deposits = createDepositor(redis, partitions, waker, DEDUPE_TTL_SECONDS, { onReused });
  });
  afterAll(() => inside.close());

  /** Deposits as ingest does: with the fingerprints of the webhook. */
  async function arrives(order: string, text: string, webhookId: string | null) {
    const body = Buffer.from(text);
    const waiting: WaitingEvent = waitingEvent('orders/paid', null, { order: keyOf(order), body, webhookId });
    const { shop } = partsOf(waiting.order);
    const prints = fingerprintsOf({ shop, topic: waiting.topic, webhookId, triggeredAt: null, body });
    const answer = await deposits.deposit({ ...waiting, id: prints.event }, prints.delivery);
    return { ...prints, ...answer, id: prints.event };
  }
  const waitingOf = (order: string) => inside.redis.llen(inside.keys.mailbox(keyOf(order)));

  test('P2: the same webhook id with another body is another event, and is counted', async () => {
    const first = await arrives('1', '{"id":1}', 'webhook-1');
    const other = await arrives('1', '{"id":1,"note":"changed"}', 'webhook-1');
    expect(other).toMatchObject({ outcome: 'accepted', event: other.id });
    expect(other.id).not.toBe(first.id);
    expect(await waitingOf('1')).toBe(2);
    expect(reused).toEqual([other.id]);
    expect(await inside.redis.hget(inside.keys.totals, 'reused')).toBe('1');
    for (const body of ['{"id":1}', '{"id":1,"note":"changed"}'])
      expect(await arrives('1', body, 'webhook-1')).toMatchObject({ outcome: 'duplicate' });
    expect(await waitingOf('1')).toBe(2);
    expect(reused).toHaveLength(1);
  });

  test.each([null, 'another-webhook'])(
    'P3: the same body with webhook id %p is a duplicate',
    async (webhookId) => {
      const order = webhookId === null ? '20' : '21';
      const first = await arrives(order, `{"id":${order}}`, `webhook-${order}`);
      expect(first.outcome).toBe('accepted');
      const again = await arrives(order, `{"id":${order}}`, webhookId);
      expect(again).toMatchObject({ outcome: 'duplicate', event: first.id });
      expect(await waitingOf(order)).toBe(1);
    },
  );

  test('an event without a webhook id is recognised by its body alone', async () => {
    expect(await arrives('3', '{"id":3}', null)).toMatchObject({ outcome: 'accepted', delivery: null });
    expect(await arrives('3', '{"id":3,"more":1}', null)).toMatchObject({ outcome: 'accepted' });
    expect(await arrives('3', '{"id":3}', 'webhook-3')).toMatchObject({ outcome: 'duplicate' });
    expect(await waitingOf('3')).toBe(2);
  });

  test('a duplicate does not claim its webhook id, which may still deliver an event', async () => {
    await arrives('4', '{"id":4}', 'webhook-4a');
    const again = await arrives('4', '{"id":4}', 'webhook-4b');
    expect(again.outcome).toBe('duplicate');
    expect(await inside.redis.exists(inside.keys.delivery(String(again.delivery)))).toBe(0);
    expect(await arrives('4', '{"id":4,"news":true}', 'webhook-4b')).toMatchObject({ outcome: 'accepted' });
  });

  test('both claims expire after DEDUPE_TTL_HOURS, and a duplicate does not extend them', async () => {
    const { redis, keys } = inside;
    const { id, delivery } = await arrives('5', '{"id":5}', 'webhook-5');
    const names = [keys.dedupe(id), keys.delivery(String(delivery))];
    for (const name of names) {
      expect(await redis.ttl(name)).toBeGreaterThan(DEDUPE_TTL_SECONDS - 10);
      await redis.expire(name, 100);
    }
    await arrives('5', '{"id":5}', 'webhook-5');
    for (const name of names) expect(await redis.ttl(name)).toBeLessThanOrEqual(100);
  });

  test('after its claim has expired, an event is accepted again (MongoDB still knows it)', async () => {
    const { id } = await arrives('6', '{"id":6}', 'webhook-6');
    await inside.redis.del(inside.keys.dedupe(id));
    expect(await arrives('6', '{"id":6}', 'webhook-6')).toMatchObject({ outcome: 'accepted' });
  });
});
