import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClaims, type Claim, type Claims } from '../../src/deposit/claims.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { asShopDomain, partsOf, type EventId, type OrderKey } from '../../src/order/identity.ts';
import { TOPICS } from '../../src/order/topics.ts';
import { DEDUPE_TTL_SECONDS, openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';

const PARTITIONS = 3;

describe('the claims of events', () => {
  let inside: DepositInside;
  let found: Claims;
  beforeAll(async () => {
    inside = await openDeposit({ partitions: PARTITIONS });
    found = createClaims(inside.redis, inside.partitions);
  });
  afterAll(() => inside.close());

  /** Deposits as ingest does: with the fingerprints of the webhook. */
  async function arrives(order: OrderKey, topic: string, webhookId: string, body: string): Promise<EventId> {
    const told = { shop: partsOf(order).shop, topic, webhookId, triggeredAt: null, body: Buffer.from(body) };
    const { event, delivery } = fingerprintsOf(told);
    await inside.depositor.deposit(
      waitingEvent(topic, null, { order, id: event, webhookId, body: told.body }),
      delivery,
    );
    return event;
  }
  async function claimOf(event: EventId): Promise<Claim> {
    const [claim] = await found.find([event]);
    if (!claim) throw new Error(`${event} has no claim`);
    return claim;
  }

  test('are found by event id alone, whichever partition the order is in', async () => {
    const orders = Array.from({ length: 12 }, (_, i) => keyOf(String(100 + i)));
    const events = await Promise.all(
      orders.map((order, i) => arrives(order, 'orders/paid', `w${i}`, `${i}`)),
    );
    const claimed = await found.find([...events, randomEventId()]);
    expect(new Map(claimed.map(({ event, order }) => [event, order]))).toEqual(
      new Map(events.map((event, i) => [event, orders[i]])),
    );
    const used = await Promise.all(inside.partitions.map(({ pending }) => inside.redis.exists(pending)));
    expect(used).toEqual([1, 1, 1]);
  });

  test('contain when an event was first and last seen, how often, and when the claim expires', async () => {
    const event = await arrives(keyOf('1'), 'orders/paid', 'first', 'once');
    await arrives(keyOf('1'), 'orders/paid', 'again', 'once');
    await arrives(keyOf('1'), 'orders/paid', 'again', 'once');
    const claim = await claimOf(event);
    expect(claim).toMatchObject({ event, order: keyOf('1'), hits: 2 });
    expect(claim.lastSeenAt).toBeGreaterThanOrEqual(claim.firstSeenAt);
    expect(claim.firstSeenAt).toBeGreaterThan(0);
    expect(claim.ttlMs / 1000).toBeGreaterThan(DEDUPE_TTL_SECONDS - 60);
    expect(claim.ttlMs / 1000).toBeLessThanOrEqual(DEDUPE_TTL_SECONDS);
  });

  test('are found by webhook id within a shop, under every topic', async () => {
    const order = keyOf('2');
    const { shop } = partsOf(order);
    const topics = ['orders/cancelled', 'returns/close'];
    const events = await Promise.all(topics.map((topic) => arrives(order, topic, 'shared-id', topic)));
    expect((await found.eventsOf(shop, 'shared-id')).toSorted()).toEqual(events.toSorted());
    const other = asShopDomain('other.myshopify.com');
    expect(other && (await found.eventsOf(other, 'shared-id'))).toEqual([]);
    expect(await found.eventsOf(shop, 'unknown-id')).toEqual([]);
  });

  test('hash bodies as ingest does: triggered-at counts only if the body contains no time', async () => {
    const shop = partsOf(keyOf()).shop;
    const told = { shop, triggeredAt: '2026-11-20T10:00:00Z', body: Buffer.from('{"id":1}') };
    const hash = (topic: string, triggeredAt: string | null) =>
      fingerprintsOf({
        ...told,
        topic,
        webhookId: null,
        triggeredAt,
      }).event;
    expect(await found.hashesOf({ ...told, topic: 'orders/paid' })).toEqual([
      { topic: 'orders/paid', event: hash('orders/paid', null) },
    ]);
    expect(await found.hashesOf({ ...told, topic: 'disputes/create' })).toEqual([
      { topic: 'disputes/create', event: hash('disputes/create', told.triggeredAt) },
    ]);
    const all = await found.hashesOf({ ...told, topic: null });
    expect(all.map(({ topic }) => topic)).toEqual(Object.keys(TOPICS));
    expect(new Set(all.map(({ event }) => event)).size).toBe(all.length);
  });

  test('can be released: then the same event is accepted again, and its webhook id is free', async () => {
    const event = await arrives(keyOf('3'), 'orders/paid', 'webhook-3', 'three');
    const claim = await claimOf(event);
    const delivery = { topic: 'orders/paid', webhookId: 'webhook-3' };
    expect(await found.release(claim, delivery)).toBe('released');
    expect(await found.find([event])).toEqual([]);
    expect(await found.eventsOf(partsOf(claim.order).shop, 'webhook-3')).toEqual([]);
    expect(await found.release(claim, delivery)).toBe('gone');
    const again = waitingEvent('orders/paid', null, { order: keyOf('3'), id: event });
    expect((await inside.depositor.deposit(again, null)).outcome).toBe('accepted');
  });

  test('are not released if they were recreated since they were shown', async () => {
    const event = await arrives(keyOf('4'), 'orders/paid', 'webhook-4', 'four');
    const shown = await claimOf(event);
    expect(await found.release({ ...shown, firstSeenAt: shown.firstSeenAt - 1 }, null)).toBe('changed');
    expect(await claimOf(event)).toMatchObject({ firstSeenAt: shown.firstSeenAt });
  });

  test('keep the key of a delivery that belongs to another event', async () => {
    const shop = partsOf(keyOf('5')).shop;
    const theirs = await arrives(keyOf('5'), 'orders/paid', 'webhook-5', 'theirs');
    const ours = await arrives(keyOf('5'), 'orders/paid', 'webhook-5b', 'ours');
    await found.release(await claimOf(ours), { topic: 'orders/paid', webhookId: 'webhook-5' });
    expect(await found.eventsOf(shop, 'webhook-5')).toEqual([theirs]);
  });

  test('do not include foreign data under a claim key', async () => {
    const event = randomEventId();
    await inside.redis.hset(inside.keys.dedupe(event), 'foreign', 'data');
    expect(await found.find([event])).toEqual([]);
  });
});
