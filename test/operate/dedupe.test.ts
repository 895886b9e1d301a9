import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partsOf } from '../../src/order/identity.ts';
import { TOPICS } from '../../src/order/topics.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';
import { claimsIn, MAX_BODY_BYTES, ServedDedupe } from './served-dedupe.ts';

describe('/api/dedupe', () => {
  let served: ServedDedupe;
  beforeAll(async () => {
    served = await ServedDedupe.start();
  });
  afterAll(() => served.stop());

  test('shows when an event was seen, how often, its order, and that it is waiting', async () => {
    const { event, order: key, webhookId } = await served.arrives();
    await served.inside.depositor.deposit(
      waitingEvent('returns/close', null, { order: key, id: event }),
      null,
    );
    const { status, json } = await served.routes.get(`/dedupe/${event}`);
    expect(status).toBe(200);
    expect(json).toEqual({
      event,
      order: key,
      firstSeenAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastSeenAt: expect.stringMatching(/^\d{4}-.*Z$/),
      hits: 1,
      ttlMs: expect.any(Number),
      outcome: 'waiting',
      topic: 'returns/close',
      webhookId,
    });
  });

  test('shows the outcome from the journal', async () => {
    const { event, webhookId } = await served.applied();
    expect((await served.routes.get(`/dedupe/${event}`)).json).toMatchObject({
      outcome: 'applied',
      webhookId,
    });
  });

  test('an event that is nowhere any more is unknown', async () => {
    const { event, order: key } = await served.arrives();
    await served.inside.redis.del(served.inside.keys.mailbox(key));
    expect((await served.routes.get(`/dedupe/${event}`)).json).toMatchObject({
      outcome: 'unknown',
      topic: null,
    });
  });

  test('an expired key: 404 that says what was searched, and what the journal has', async () => {
    const event = randomEventId();
    const { status, json } = await served.routes.get(`/dedupe/${event}`);
    expect(status).toBe(404);
    expect(json.detail).toBe(
      `no dedupe key for ${event}; searched: Redis (the only partition) and the journal`,
    );
    const ended = await served.applied();
    await served.inside.redis.del(served.inside.keys.dedupe(ended.event));
    expect((await served.routes.get(`/dedupe/${ended.event}`)).json.detail).toContain(
      `the journal has ${ended.event} as applied`,
    );
  });

  test.each(['abc', 'A'.repeat(64), `${'a'.repeat(63)}%00`, '%2e%2e%2f', 'ä'.repeat(64), 'a'.repeat(10_000)])(
    'an invalid event id is a 400: %#',
    async (odd) => {
      expect((await served.routes.get(`/dedupe/${encodeURI(odd)}`)).status).toBe(400);
      expect((await served.release(encodeURI(odd))).status).toBe(400);
    },
  );

  test('finds by event; if there is no key, the answer says what was searched', async () => {
    const { event } = await served.arrives();
    const found = await served.routes.get(`/dedupe?event=${event}`);
    expect(claimsIn(found)).toMatchObject([{ event, outcome: 'waiting' }]);
    const { status, json } = await served.routes.get(`/dedupe?event=${randomEventId()}`);
    expect([status, json]).toEqual([
      200,
      { claims: [], looked: 'Redis (the only partition) and the journal' },
    ]);
  });

  test('finds by webhook id: with a shop waiting events, without one processed events', async () => {
    const waits = await served.arrives();
    const ended = await served.applied();
    const { shop } = partsOf(waits.order);
    const find = async (query: string) => {
      const answer = await served.routes.get(`/dedupe?${query}`);
      return { events: claimsIn(answer).map(({ event }) => event), looked: String(answer.json.looked) };
    };
    expect((await find(`webhookId=${waits.webhookId}&shop=${shop}`)).events).toEqual([waits.event]);
    expect((await find(`webhookId=${ended.webhookId}`)).events).toEqual([ended.event]);
    expect((await find(`webhookId=${ended.webhookId}&shop=other.myshopify.com`)).events).toEqual([
      ended.event,
    ]);
    const nothing = await find(`webhookId=${waits.webhookId}`);
    expect(nothing.events).toEqual([]);
    expect(nothing.looked).toContain('to find waiting events, give the shop');
  });

  test.each([
    '',
    'shop=a.myshopify.com',
    `webhookId=a&event=${'a'.repeat(64)}`,
    'event=abc',
    'webhookId=',
    `webhookId=${'x'.repeat(201)}`,
    'webhookId=a&shop=no%20shop',
    'webhookId=a&where=b',
    'webhookId[$ne]=a',
    `event=${'a'.repeat(64)}&shop=example.myshopify.com`,
  ])('an invalid query is a 400: %s', async (query) => {
    expect((await served.routes.get(`/dedupe?${query}`)).status).toBe(400);
  });

  describe('a pasted body', () => {
    const lookup = (body: object, role = 'viewer') => served.routes.post('/dedupe/lookup', body, role);
    const SHOP = partsOf(keyOf()).shop;
    const TOLD = { shop: SHOP, topic: null, triggeredAt: null };

    test('is found by its hash under its topic, as text and as base64; it is not stored', async () => {
      const { event, body } = await served.arrives('orders/paid', {
        body: '{"id":7,"email":"Zoë@example.com"}',
      });
      const everything = () => served.inside.redis.dbsize();
      const before = await everything();
      const asText = await lookup({ shop: SHOP, topic: 'Orders/Paid', body });
      expect(asText.json).toMatchObject({
        hashes: [{ topic: 'orders/paid', event }],
        claims: [{ event, outcome: 'waiting' }],
      });
      const bodyBase64 = Buffer.from(body).toString('base64');
      expect(claimsIn(await lookup({ shop: SHOP, topic: 'orders/paid', bodyBase64 }))).toHaveLength(1);
      expect(await everything()).toBe(before);
      expect(served.routes.acts.filter(({ action }) => action !== 'dedupe.release')).toEqual([]);
    });

    test('without a topic is tried under every topic', async () => {
      const { event, body } = await served.arrives('orders/cancelled', { body: '{"id":8}' });
      const { json } = await lookup({ shop: SHOP.toUpperCase(), body });
      expect((json.hashes as object[]).length).toBe(Object.keys(TOPICS).length);
      expect(json.claims).toMatchObject([{ event }]);
      expect(json.looked).toContain('one for each topic');
    });

    test('of a topic without times needs the time it was triggered at', async () => {
      const triggeredAt = '2026-11-20T10:00:00.123456Z';
      const { event, body } = await served.arrives('returns/close', { body: '{"id":9}', triggeredAt });
      expect(claimsIn(await lookup({ shop: SHOP, topic: 'returns/close', body }))).toEqual([]);
      expect(claimsIn(await lookup({ shop: SHOP, topic: 'returns/close', body, triggeredAt }))).toMatchObject(
        [{ event }],
      );
      expect(claimsIn(await lookup({ shop: SHOP, body, triggeredAt }))).toMatchObject([{ event }]);
    });

    test.each([
      [{ shop: SHOP }, 'body: give either body or bodyBase64'],
      [{ shop: SHOP, body: 'a', bodyBase64: 'YQ==' }, 'body: give either body or bodyBase64'],
      [{ shop: SHOP, bodyBase64: 'not base64!' }, 'bodyBase64: '],
      [{ shop: 'no shop', body: 'a' }, 'shop: not a valid shop domain'],
      [{ body: 'a' }, 'shop: '],
      [{ shop: SHOP, body: 'a', topic: 'products/update' }, 'topic: not a topic that Lockstep handles'],
      [{ shop: SHOP, body: 'a', topic: '__proto__' }, 'topic: not a topic that Lockstep handles'],
      [{ shop: SHOP, body: 'a', triggeredAt: 'yesterday' }, 'triggeredAt: not a time'],
      [{ shop: SHOP, body: { id: 1 } }, 'body: '],
      [{ shop: SHOP, body: 'a', keep: true }, 'keep: unknown parameter'],
    ])('%j is a 400', async (body, error) => {
      const answer = await lookup(body);
      expect(answer.status).toBe(400);
      expect(answer.json.detail).toContain(error);
    });

    test.each([
      [MAX_BODY_BYTES, 200],
      [MAX_BODY_BYTES + 1, 413],
      [2 * MAX_BODY_BYTES + 1024, 413],
    ])('of %i bytes: %i, as in ingest', async (bytes, status) => {
      expect((await lookup({ shop: SHOP, topic: 'orders/paid', body: 'x'.repeat(bytes) })).status).toBe(
        status,
      );
    });

    test('is hashed under every topic without blocking other requests', async () => {
      const slow = served.claims.hashesOf({ ...TOLD, body: Buffer.alloc(8 * MAX_BODY_BYTES) });
      let turns = 0;
      const turn = setInterval(() => (turns += 1), 1);
      await slow;
      clearInterval(turn);
      expect(turns).toBeGreaterThan(Object.keys(TOPICS).length / 2);
    });
  });

  test('thirty bodies a minute may be looked up: 429 beyond', async () => {
    const other = await ServedDedupe.start();
    const body = { shop: partsOf(keyOf()).shop, topic: 'orders/paid', body: '{}' };
    const statuses = [];
    for (let i = 0; i < 31; i += 1) statuses.push((await other.routes.post('/dedupe/lookup', body)).status);
    await other.stop();
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
  });
});
