import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf, type Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';
import { accept, drainAll, type Forged } from './accepted-inside.ts';

/**
 * Shopify signs only the body. Anyone who has a delivery can send its body again with other headers: here,
 * every header is changed except topic and shop (for those, see replays-under-other-topics).
 */
const SHOP = 'example.myshopify.com';
const later = (hours: number) => new Date(Date.UTC(2026, 10, 20, 10) + hours * 3_600_000).toISOString();

describe('P3: a body that is sent again with other headers', () => {
  let inside: Inside;
  let life: Delivery[];
  let order: OrderKey;
  beforeAll(async () => {
    inside = await openInProcess();
    life = lifeOf(randomFrom(1), SHOP, 1, new Date('2026-11-20T10:00:00Z'));
    order = keyOf('5820000001000');
    for (const delivery of life) await accept(inside, delivery);
    await drainAll(inside);
  });
  afterAll(() => inside.close());

  const told = async () => ({
    order: await inside.tools.orders.load(order),
    journal: await journalOf(inside, order),
  });

  const replays: [string, () => Forged][] = [
    ['with a new webhook id', () => ({ 'x-shopify-webhook-id': randomUUID() })],
    ['without a webhook id', () => ({ 'x-shopify-webhook-id': '' })],
    [
      'triggered an hour later',
      () => ({ 'x-shopify-webhook-id': randomUUID(), 'x-shopify-triggered-at': later(1) }),
    ],
    [
      'triggered five days later',
      () => ({ 'x-shopify-webhook-id': randomUUID(), 'x-shopify-triggered-at': later(120) }),
    ],
    [
      'triggered before it happened',
      () => ({ 'x-shopify-webhook-id': randomUUID(), 'x-shopify-triggered-at': later(-9999) }),
    ],
    [
      'triggered at no time',
      () => ({ 'x-shopify-webhook-id': randomUUID(), 'x-shopify-triggered-at': 'now' }),
    ],
    [
      'with another API version',
      () => ({ 'x-shopify-webhook-id': randomUUID(), 'x-shopify-api-version': '2020-01' }),
    ],
  ];

  test.each(replays)('%s: a duplicate, and nothing is applied again', async (_case, forged) => {
    const before = await told();
    for (const delivery of life)
      expect(await accept(inside, delivery, forged())).toMatchObject({ outcome: 'duplicate' });
    await drainAll(inside);
    expect(await told()).toEqual(before);
  });

  test.each(replays)(
    '%s, when Redis has forgotten it (DEDUPE_TTL_HOURS): accepted, and nothing is applied again',
    async (_case, forged) => {
      await inside.redis.flushdb();
      const before = await told();
      for (const delivery of life)
        expect(await accept(inside, delivery, forged())).toMatchObject({ outcome: 'accepted' });
      await drainAll(inside);
      expect(await told()).toEqual(before);
      expect(await inside.redis.exists(inside.keys.pending)).toBe(0);
    },
  );

  test('a known webhook id with another signed body: that is another event, and nothing is dropped', async () => {
    const [first, second] = [1, 2].map((n) => lifeOf(randomFrom(n), SHOP, n + 100, new Date(later(0)))[0]);
    if (!first || !second) throw new Error('a life has deliveries');
    expect(await accept(inside, first)).toMatchObject({ outcome: 'accepted' });
    const forged = { 'x-shopify-webhook-id': first.webhookId };
    expect(await accept(inside, second, forged)).toMatchObject({ outcome: 'accepted' });
    expect(await accept(inside, first)).toMatchObject({ outcome: 'duplicate' });
  });

  test('the shop of another tenant: parked if the body names its own shop, and the first order does not change', async () => {
    const other = keyOf('5820000001000', 'other.myshopify.com');
    const before = await told();
    const wholes = life.filter(({ body }) => body.includes('order_status_url'));
    expect(wholes.length).toBeGreaterThan(2);
    for (const delivery of wholes)
      expect(
        await accept(inside, delivery, { 'x-shopify-shop-domain': 'other.myshopify.com' }),
      ).toMatchObject({ outcome: 'accepted' });
    await drainAll(inside);
    expect(await told()).toEqual(before);
    expect(await inside.tools.orders.load(other)).toBeNull();
    const because = `order_status_url names another shop: ${SHOP}`;
    const journal = await journalOf(inside, other);
    expect(journal.map((entry) => [entry.outcome, entry.because])).toEqual(
      wholes.map(() => ['parked', because]),
    );
    expect(await inside.redis.hgetall(inside.keys.shops)).toEqual({});
  });
});
