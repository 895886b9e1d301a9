import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { depositAll, lifeEvents } from '../support/in-process.ts';
import { journalEntry } from './journal-entry.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const SHOP = 'example.myshopify.com';
const BODY = '{ "id" : 820982911946154508, "note":"<b>déjà</b> ☕ \\u0000 $where", "a.b":{"$ne":1.0} }\n';

interface Changed {
  changes?: { field: string; after: string | null }[] | null;
  worker: string | null;
}

const NO_EVENT =
  'no such event in the journal or among parked events; find a waiting event in the mailbox of its order';

describe('P8: what happened to an event can be read', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
  });
  afterAll(() => stories.stop());

  test.each([
    ['/orders/example.myshopify.com/404', 'no such order in the collection orders'],
    ['/orders/example.myshopify.com/-', 'no such order in the collection orders'],
    ['/orders/example.myshopify.com/0', 'no such order in the collection orders'],
    ['/orders/example.myshopify.com%2f1/2', 'no such order in the collection orders'],
    ['/orders/%7B%22$ne%22:1%7D/1', 'no such order in the collection orders'],
    ['/orders/example.myshopify.com/404/timeline', 'no events of this order, in the journal or waiting'],
    [`/events/${'0'.repeat(64)}`, NO_EVENT],
    ['/events/garbage', NO_EVENT],
  ])('%s: 404 that says what was not found', async (place, error) => {
    const { status, json } = await stories.get(place);
    expect({ status, json }).toMatchObject({ status: 404, json: { detail: error, code: 'not_found' } });
  });

  test('an event is shown without its payload; operators see the exact body, with customer data masked unless they give a reason', async () => {
    const entry = journalEntry(BODY, { outcome: 'stale', because: 'older than the state of 10:00:02' });
    await stories.inside.collections.events.create(entry);
    const told = {
      event: entry._id,
      shop: SHOP,
      order: keyOf(),
      topic: 'orders/create',
      triggeredAt: '2026-11-27T15:00:01.104512Z',
      receivedAt: new Date(RECEIVED_AT).toISOString(),
      outcome: 'stale',
      because: 'older than the state of 10:00:02',
      sequence: 1,
    };
    const { json } = await stories.get(`/events/${entry._id}`);
    expect(json).toMatchObject(told);
    expect(json).not.toHaveProperty('payload');
    const payloadBytes = Buffer.byteLength(BODY);
    const seen = await stories.get(`/events/${entry._id}?payload=1`, 'operator');
    const maskedBody = BODY.replace(/"note":"[^"]*"/, '"note":"(masked)"');
    expect(seen.json).toMatchObject({ ...told, payload: maskedBody, masked: true, payloadBytes });
    const unmasked = await stories.get(`/events/${entry._id}?payload=1&reason=the+customer+asks`, 'operator');
    expect(unmasked.json).toMatchObject({ ...told, payload: BODY, masked: false, payloadBytes });
    expect(stories.served.acts).toMatchObject([
      { action: 'event.payload', target: entry._id, reason: null, outcome: 'done' },
      { action: 'event.unmask', target: entry._id, reason: 'the customer asks', outcome: 'done' },
    ]);
  });

  test('a viewer is refused a payload without learning whether the event exists', async () => {
    for (const event of ['0'.repeat(64), 'garbage']) {
      const { status, json } = await stories.get(`/events/${event}?payload=1`, 'viewer');
      expect({ status, json }).toMatchObject({
        status: 403,
        json: { detail: 'the role operator is needed for payloads' },
      });
    }
    const acts = stories.served.acts.slice(-2);
    expect(acts.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    expect(acts[1]?.target).toBe('not an event');
  });

  test('a parked event whose journal entry has expired is read from the parked events', async () => {
    const { outcome: _, ...entry } = journalEntry('{"email":"a@b.de"}', { outcome: 'parked' });
    const [firstAt, lastAt] = [new Date(RECEIVED_AT), new Date(RECEIVED_AT + 1)];
    const state = 'parked' as const;
    await stories.inside.collections.parked.create({
      ...entry,
      error: 'x',
      cause: 'x',
      attempts: 1,
      firstAt,
      lastAt,
      state,
    });
    const { json } = await stories.get(`/events/${entry._id}?payload=1`, 'operator');
    expect(json).toMatchObject({ outcome: 'parked', because: 'x', payload: '{"email":"(masked)"}' });
  });

  test('a payload that is not UTF-8 is shown as base64, byte for byte', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const entry = journalEntry(bytes, { order: keyOf() });
    await stories.inside.collections.events.create(entry);
    const { json } = await stories.get(`/events/${entry._id}?payload=1&reason=to+look`, 'operator');
    expect(json).toMatchObject({ payloadBase64: bytes.toString('base64') });
    expect(json).not.toHaveProperty('payload');
    const seen = await stories.get(`/events/${entry._id}?payload=1`, 'operator');
    expect(seen.json).toMatchObject({ masked: true, payloadBytes: 3 });
    expect(JSON.stringify(seen.json)).not.toMatch(/"payload(Base64)?"/);
  });

  test('a timeline has applied events in sequence, then parked ones, then waiting ones', async () => {
    const order = keyOf('77');
    const entries = [
      journalEntry('{"id":77}', { order, sequence: 2, topic: 'orders/paid' }),
      journalEntry('{', { order, sequence: null, outcome: 'parked', because: 'the body is not JSON' }),
      journalEntry('{"id":77}', { order, sequence: 1 }),
    ];
    await stories.inside.collections.events.create(entries);
    const waiting = waitingEvent('orders/updated', { id: 77 }, { order });
    await stories.inside.depositor.deposit(waiting, null);
    await stories.inside.depositor.deposit(waiting, null);
    const { json } = await stories.get(`/orders/${SHOP}/77/timeline`);
    expect(json.entries).toMatchObject([
      { topic: 'orders/create', outcome: 'applied', sequence: 1 },
      { topic: 'orders/paid', outcome: 'applied', sequence: 2 },
      { outcome: 'parked', because: 'the body is not JSON', sequence: null },
      { topic: 'orders/updated', outcome: 'waiting', sequence: null, appliedAt: null, duplicates: 1 },
    ]);
  });

  test('an event in the spool is waiting', async () => {
    const { id: _id, topic } = waitingEvent('orders/paid', {});
    const { shop, order } = { shop: SHOP, order: keyOf('78') };
    await stories.inside.collections.spool.create({
      _id,
      shop,
      order,
      topic,
      receivedAt: new Date(RECEIVED_AT),
    });
    const { json } = await stories.get(`/orders/${SHOP}/78/timeline`);
    expect(json.entries).toMatchObject([{ event: _id, topic: 'orders/paid', outcome: 'waiting' }]);
  });

  test('an event that names no order has a timeline, too', async () => {
    await stories.inside.depositor.deposit(waitingEvent('orders/paid', {}, { order: keyOf('-') }), null);
    const { json } = await stories.get(`/orders/${SHOP}/-/timeline`);
    expect(json.entries).toMatchObject([{ topic: 'orders/paid', outcome: 'waiting' }]);
  });

  test('a timeline says how long the oldest event has waited; null if none is waiting', async () => {
    const order = keyOf('80');
    await stories.inside.collections.events.create(journalEntry('{"id":80}', { order }));
    const place = `/orders/${SHOP}/80/timeline`;
    expect((await stories.get(place)).json).toMatchObject({
      waitingMs: null,
      lock: null,
      acts: [],
      leftOut: false,
    });
    const { redis, keys, depositor } = stories.inside;
    await depositor.deposit(waitingEvent('orders/updated', { id: 80 }, { order }), null);
    await redis.zadd(keys.pending, Date.now() - 90_000, order);
    const { waitingMs } = (await stories.get(place)).json;
    expect(waitingMs).toBeGreaterThanOrEqual(90_000);
    expect(waitingMs).toBeLessThan(100_000);
  });

  test('with states, each event says what it changed; null if that is unknown', async () => {
    const events = lifeEvents(9);
    const order = events[0]!.order;
    await depositAll(stories.inside, events);
    await stories.drain(order);
    const plain = (await stories.get(`/orders/${order}/timeline`)).json.entries as Changed[];
    expect(plain.every((entry) => entry.changes === undefined && entry.worker !== null)).toBe(true);
    const read = async () =>
      (await stories.get(`/orders/${order}/timeline?states=1`)).json.entries as Changed[];
    const told = await read();
    expect(told).toHaveLength(events.length);
    expect(told[0]?.changes).toContainEqual({ field: 'lines', before: null, after: expect.any(String) });
    const { status } = (await stories.get(`/orders/${order}`)).json;
    const statuses = told.flatMap(({ changes }) => changes ?? []).filter(({ field }) => field === 'status');
    expect(statuses.at(-1)?.after).toBe(status);
    await stories.inside.collections.events.deleteOne({ order, sequence: 1 });
    expect((await read()).every(({ changes }) => changes === null)).toBe(true);
  });

  test('a very long timeline has the newest thousand events, and says that there are more', async () => {
    const order = keyOf('81');
    const entries = Array.from({ length: 1001 }, (_, i) => journalEntry('{}', { order, sequence: i + 1 }));
    await stories.inside.collections.events.insertMany(entries);
    const { json } = await stories.get(`/orders/${SHOP}/81/timeline?states=1`);
    const told = json.entries as (Changed & { sequence: number })[];
    expect(json.leftOut).toBe(true);
    expect([told.length, told[0]?.sequence, told.at(-1)?.sequence]).toEqual([1000, 2, 1001]);
    expect(told[0]?.changes).toBeNull();
  });

  test.each(['states=2', 'states=', 'colour=red'])('%s: 400', async (query) => {
    expect((await stories.get(`/orders/${SHOP}/77/timeline?${query}`)).status).toBe(400);
  });
});
