import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fingerprintsOf, repeatOf } from '../../src/deposit/fingerprints.ts';
import { createSpoolingDepositor } from '../../src/deposit/spooling-depositor.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { EventId } from '../../src/order/identity.ts';
import { createSpool } from '../../src/persist/spool.ts';
import { acceptWith } from '../support/accepting.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { unspoolerOver } from '../support/unspooler-over.ts';
import { keyOf } from '../support/waiting-event.ts';

const ORDER = keyOf('77');
const orderBody = (closedAt: string | null) =>
  Buffer.from(
    JSON.stringify({
      id: 77,
      name: '#1077',
      created_at: '2026-11-20T10:00:00Z',
      updated_at: '2026-11-20T10:05:00Z',
      closed_at: closedAt,
      financial_status: 'paid',
      fulfillment_status: 'fulfilled',
      currency: 'USD',
      total_price: '10.00',
      line_items: [],
    }),
  );
const [OPEN, ARCHIVED] = [orderBody(null), orderBody('2026-11-20T10:05:00Z')];
const second = (micros: string) => `2026-11-20T10:05:00.${micros}Z`;

describe('P5: an identical body with another triggered-at', () => {
  let inside: Inside;
  beforeEach(async () => {
    inside = await openInProcess();
  });
  afterEach(() => inside.close());

  interface Sent {
    body: Buffer;
    at: string | null;
    webhookId?: string;
    topic?: string;
  }
  const sent = (body: Buffer, at: string | null, more: Partial<Sent> = {}): Sent => ({ body, at, ...more });
  const arrives = ({ body, at, webhookId, topic = 'orders/updated' }: Sent, over = inside.depositor) =>
    acceptWith(over, { topic, body, triggeredAt: at, webhookId });
  const withoutRedis = () => {
    const kept = createSpool(inside.client, inside.collections.spool.db.name);
    const down = { deposit: () => Promise.reject(new Error('Redis is down')) };
    return { kept, spooling: createSpoolingDepositor(down, kept, 1500, { spooled: () => undefined }) };
  };
  const status = async () => {
    await drainOrder(ORDER, inside.tools);
    return (await inside.tools.orders.load(ORDER))?.status;
  };
  const changed = [
    sent(OPEN, second('100000')),
    sent(ARCHIVED, second('200000')),
    sent(OPEN, second('300000')),
  ];

  test.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'changed and changed back within one second, arriving as %j: the order ends in its final state',
    async (turns) => {
      for (const turn of turns) expect(await arrives(changed[turn]!)).toMatchObject({ outcome: 'accepted' });
      expect(await status()).toBe('shipped');
      for (const each of changed) expect(await arrives(each)).toMatchObject({ outcome: 'duplicate' });
      expect(await inside.collections.events.countDocuments({ order: ORDER })).toBe(3);
    },
  );

  test('the same through the spool, which stores each event once', async () => {
    const { kept, spooling } = withoutRedis();
    for (const each of changed) expect(await arrives(each, spooling)).toMatchObject({ outcome: 'accepted' });
    for (const each of changed) expect(await arrives(each, spooling)).toMatchObject({ outcome: 'duplicate' });
    await unspoolerOver(inside, kept).moveFirst();
    expect(await inside.redis.llen(inside.keys.mailbox(ORDER))).toBe(3);
    expect(await status()).toBe('shipped');
  });

  test('the first in Redis, the rest in the spool', async () => {
    const { kept, spooling } = withoutRedis();
    await arrives(changed[0]!);
    for (const each of changed) await arrives(each, spooling);
    await unspoolerOver(inside, kept).moveFirst();
    expect(await inside.redis.llen(inside.keys.mailbox(ORDER))).toBe(3);
    expect(await status()).toBe('shipped');
  });

  test.each([
    ['an hour later', '2026-11-20T11:05:00.100000Z'],
    ['3 s after the time in its body', '2026-11-20T10:05:03.000000Z'],
    ['before the time in its body', '2026-11-20T10:04:58.999999Z'],
    ['without a time', null],
  ])('triggered %s, the body is a duplicate', async (_when, at) => {
    const first = await arrives(sent(OPEN, second('100000')));
    const { event } = first as { event: EventId };
    expect(await arrives(sent(OPEN, at))).toMatchObject({ outcome: 'duplicate', event });
  });

  test('a claim without triggered-at, from an older version, has no repeats', async () => {
    const { event } = (await arrives(sent(OPEN, second('100000')))) as { event: EventId };
    await inside.redis.hdel(inside.keys.dedupe(event), 't');
    expect(await arrives(sent(OPEN, second('300000')))).toMatchObject({ outcome: 'duplicate', event });
  });

  test.each([
    ['of an order', 'orders/updated', OPEN],
    ['without a time', 'disputes/update', Buffer.from('{"id":5,"order_id":77,"status":"lost"}')],
    ['about the shop', 'customers/data_request', Buffer.from('{"shop_domain":"example.myshopify.com"}')],
  ])(
    'a body %s repeats at most 10 times; then it is a duplicate, also after a retry',
    async (_c, topic, body) => {
      const answers = [];
      for (let i = 0; i < 30; i += 1)
        answers.push(await arrives(sent(body, second(String(100_000 + i)), { topic })));
      expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(11);
      const [first, last] = [answers[0], answers[29]] as { event: EventId }[];
      expect(last).toMatchObject({ outcome: 'duplicate', event: first?.event });
      expect(await arrives(sent(body, second('100005'), { topic }))).toMatchObject({ outcome: 'duplicate' });
      expect(
        await inside.redis.ttl((await inside.redis.keys(inside.keys.repeats('-').replace('-', '*')))[0]!),
      ).toBeGreaterThan(0);
    },
  );

  test('the first arrival has the hash of the body as its id, a repeat another; the spool finds the same', () => {
    const told = {
      shop: 'example.myshopify.com' as never,
      topic: 'orders/updated',
      webhookId: null,
      body: OPEN,
    };
    const prints = fingerprintsOf({ ...told, triggeredAt: second('1') });
    expect(prints.event).toBe(fingerprintsOf({ ...told, triggeredAt: null }).event);
    expect(prints.repeat?.id()).toMatch(/^[0-9a-f]{64}$/);
    expect(prints.repeat?.id()).not.toBe(prints.event);
    const waiting = {
      ...told,
      id: prints.event,
      order: ORDER,
      triggeredAt: second('1'),
      receivedAt: 0,
      unreadable: null,
    };
    expect(repeatOf(waiting as WaitingEvent)?.id()).toBe(prints.repeat?.id());
  });
});
