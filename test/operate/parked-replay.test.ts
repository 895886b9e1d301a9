import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventId } from '../../src/order/identity.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { until } from '../support/until.ts';
import { park, soundEvent } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const REASON = 'it was fixed';

describe('P7: a parked event is replayed', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
  });
  afterAll(() => stories.stop());

  const replay = (events: string[], id: string = randomUUID()) =>
    stories.post('/parked/replays', { id, which: { events }, reason: REASON, rate: 1000 });
  const untilEnded = async (id: unknown) => {
    const isOver = async () => (await stories.get(`/parked/replays/${String(id)}`)).json.state !== 'running';
    await until(isOver, 5000, 'the end of the replay');
    return (await stories.get(`/parked/replays/${String(id)}`)).json;
  };
  const parked = async (event: string) => (await stories.get(`/parked/${event}`)).json;
  const timeline = async (order: string) => (await stories.get(`/orders/${order}/timeline`)).json;
  const waiting = (event: { order: string }) =>
    stories.inside.redis.llen(stories.inside.keys.mailbox(keyOf(event.order.split('/')[1])));

  test('parked, replayed, applied: its timeline shows all of it', async () => {
    const event = soundEvent(1);
    await park(stories, [event], { because: 'no 7 today', at: Date.UTC(2026, 10, 20, 16) });
    expect(await parked(event.id)).toMatchObject({
      state: 'parked',
      error: 'no 7 today',
      cause: 'no … today',
      replays: 0,
    });
    const { status, json } = await replay([event.id]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ state: 'running', total: 1, who: 'ada', reason: REASON });
    expect(json.did).toContain(event.id);
    expect(await untilEnded(json.id)).toMatchObject({ state: 'done', replayed: 1, parkedAgain: 0 });
    expect(await parked(event.id)).toMatchObject({ state: 'replayed', replays: 1, replay: json.id });
    expect((await timeline(event.order)).entries).toMatchObject([
      { outcome: 'waiting', earlier: [{ outcome: 'parked', because: 'no 7 today' }] },
    ]);
    await stories.drain(event.order);
    expect(await timeline(event.order)).toMatchObject({
      entries: [
        {
          event: event.id,
          outcome: 'applied',
          because: null,
          sequence: 1,
          worker: expect.stringMatching(/:\d+$/),
          earlier: [{ outcome: 'parked', because: 'no 7 today', at: '2026-11-20T16:00:00.000Z' }],
        },
      ],
    });
    expect(stories.served.acts.at(-1)).toMatchObject({
      action: 'parked.replay',
      target: event.id,
      reason: REASON,
      outcome: 'done',
      detail: expect.stringContaining(`${String(json.did)}; 1 event, SHA-256 `),
    });
  });

  test('a delivery that arrives again after a replay is a duplicate', async () => {
    const event = soundEvent(2);
    await park(stories, [event]);
    const { redis, keys, depositor } = stories.inside;
    await redis.set(keys.failures(event.id), 3);
    await untilEnded((await replay([event.id])).json.id);
    expect(await depositor.deposit(event, null)).toMatchObject({ outcome: 'duplicate', event: event.id });
    expect(await redis.ttl(keys.dedupe(event.id))).toBeGreaterThan(3600);
    expect(await redis.exists(keys.failures(event.id))).toBe(0);
    expect(await redis.hget(keys.shops, 'example.myshopify.com')).not.toBeNull();
    await stories.drain(event.order);
    expect(await redis.hget(keys.shops, 'example.myshopify.com')).toBeNull();
    expect(await redis.zcard(keys.pending)).toBe(0);
  });

  test('a double click replays once: both answers have the same run', async () => {
    const event = soundEvent(3);
    await park(stories, [event]);
    const id = randomUUID();
    const answers = await Promise.all([1, 2, 3, 4].map(() => replay([event.id], id)));
    expect(answers.map(({ status, json }) => [status, json.id])).toEqual(answers.map(() => [200, id]));
    expect(answers.filter(({ json }) => String(json.did).startsWith('started'))).toHaveLength(1);
    await untilEnded(id);
    const again = await replay([event.id], id);
    expect(again.json).toMatchObject({ id, state: 'done', replayed: 1 });
    expect(await waiting(event)).toBe(1);
  });

  test('two people who both replay it put it back once', async () => {
    const event = soundEvent(4);
    await park(stories, [event]);
    const answers = await Promise.all([1, 2, 3].map(() => replay([event.id])));
    const begun = answers.filter(({ status }) => status === 200);
    expect(begun.length).toBeGreaterThanOrEqual(1);
    const runs = await Promise.all(begun.map(({ json }) => untilEnded(json.id)));
    expect(runs.reduce((sum, { replayed }) => sum + Number(replayed), 0)).toBe(1);
    expect(await waiting(event)).toBe(1);
  });

  test('a process died before its push: the event counts as parked again after 30 s', async () => {
    const [died, busy] = [soundEvent(5), soundEvent(6)];
    await park(stories, [died, busy]);
    const run = randomUUID();
    await stories.parked.claim(died.id, { run, at: new Date(Date.now() - 31_000) });
    await stories.parked.claim(busy.id, { run, at: new Date() });
    const { json } = await replay([died.id, busy.id]);
    expect(json.total).toBe(1);
    expect(await untilEnded(json.id)).toMatchObject({ replayed: 1 });
    expect(await parked(died.id)).toMatchObject({ state: 'replayed', replays: 1 });
    expect(await parked(busy.id)).toMatchObject({ state: 'replaying' });
  });

  test('while a program that may have died holds an event, no one else gets a 404 for it', async () => {
    const event = soundEvent(31);
    await park(stories, [event]);
    await stories.parked.claim(event.id, { run: randomUUID(), at: new Date() });
    const which = { events: [event.id] };
    const discard = stories.post('/parked/discards', { which, reason: 'a test' }, 'operator');
    for (const { status, json } of [await replay([event.id]), await discard])
      expect([status, json.detail]).toEqual([409, expect.stringContaining('1 of these are being replayed')]);
  });

  test('a process died after its push: pushed again, the event is applied once', async () => {
    const event = soundEvent(7);
    await park(stories, [event]);
    const claim = { run: randomUUID(), at: new Date(Date.now() - 31_000) };
    const taken = await stories.parked.claim(event.id, claim);
    await stories.putBack(taken?.event ?? event);
    await untilEnded((await replay([event.id])).json.id);
    expect(await waiting(event)).toBe(2);
    await stories.drain(event.order);
    const entries = await stories.inside.collections.events.find({ order: event.order }).lean();
    expect(entries).toMatchObject([{ outcome: 'applied', sequence: 1 }]);
    expect((await stories.get(`/orders/${event.order}`)).json).toMatchObject({ version: 1 });
    expect((await stories.get('/verify?shop=example.myshopify.com', 'operator')).json).toMatchObject({
      appliedTwice: 0,
      wrongState: 0,
    });
  });

  test('a process died after its push and the drain was quick: the event is replayed, and not claimed again', async () => {
    const event = soundEvent(8);
    await park(stories, [event]);
    const taken = await stories.parked.claim(event.id, { run: randomUUID(), at: new Date(0) });
    await stories.putBack(taken?.event ?? event);
    await stories.drain(event.order);
    expect(await parked(event.id)).toMatchObject({ state: 'replayed' });
    expect((await replay([event.id])).status).toBe(404);
    expect(await waiting(event)).toBe(0);
  });

  test('parked again after a replay: the event says so, and counts for its run until the next one', async () => {
    const bad = waitingEvent('orders/paid', null, { order: keyOf('1009'), body: Buffer.from('{') });
    await park(stories, [bad], { because: 'something else' });
    const first = (await replay([bad.id])).json.id;
    await untilEnded(first);
    await stories.drain(bad.order);
    expect(await parked(bad.id)).toMatchObject({
      state: 'parked',
      error: 'the body is not JSON',
      replays: 1,
    });
    expect((await untilEnded(first)).parkedAgain).toBe(1);
    expect((await timeline(bad.order)).entries).toMatchObject([
      { outcome: 'parked', because: 'the body is not JSON', earlier: [{ because: 'something else' }] },
    ]);
    const second = (await replay([bad.id])).json.id;
    expect((await untilEnded(second)).parkedAgain).toBe(0);
    expect((await untilEnded(first)).parkedAgain).toBe(1);
  });

  test('an event that named no order is routed by the current rules, and its journal entry follows', async () => {
    const body = { id: 1010, name: '#10', updated_at: '2026-11-20T10:00:00Z' };
    const lost = waitingEvent('orders/create', body, { order: keyOf('-'), unreadable: 'names no order' });
    await park(stories, [lost], { because: 'names no order' });
    await untilEnded((await replay([lost.id])).json.id);
    await stories.drain(keyOf('1010'));
    expect((await timeline(keyOf('1010'))).entries).toMatchObject([
      { event: lost.id, outcome: 'applied', earlier: [{ outcome: 'parked', because: 'names no order' }] },
    ]);
    expect((await stories.get(`/orders/${keyOf('-')}/timeline`)).status).toBe(404);
    expect((await stories.get(`/orders/${keyOf('1010')}`)).json.name).toBe('#10');
  });

  test.each([
    ['still names no order', 'orders/create', '{}', /has no order id/],
    ['is of a topic that is not handled', 'products/create', '{"id":1}', /is not handled/],
    ['turns out not to be about an order', 'draft_orders/create', '{"id":1}', /is not about an order/],
  ])('an event that %s is parked again with the current reason', async (_name, topic, text, reason) => {
    const body = Buffer.from(text);
    const lost = waitingEvent(topic, null, { order: keyOf('-'), unreadable: 'x', body });
    await park(stories, [lost], { because: 'x' });
    await untilEnded((await replay([lost.id])).json.id);
    await stories.drain(keyOf('-'));
    expect(await parked(lost.id)).toMatchObject({ state: 'parked', error: expect.stringMatching(reason) });
  });

  test('an event that is not parked cannot be replayed: 404 that says what was searched', async () => {
    for (const which of [{ events: ['0'.repeat(64)] }, { cause: 'nobody knows' }]) {
      const answer = await stories.post('/parked/replays', { id: randomUUID(), which, reason: REASON });
      expect(answer).toMatchObject({
        status: 404,
        json: { error: 'none of these is parked; searched: the collection parked' },
      });
    }
    const place = `/parked/replays/${randomUUID()}`;
    expect(await stories.get(place)).toMatchObject({ status: 404 });
    expect(await stories.post(`${place}/abort`, { reason: REASON })).toMatchObject({ status: 404 });
    expect(await stories.get('/parked/garbage')).toMatchObject({
      status: 404,
      json: { error: 'no such event in the collection parked' },
    });
  });

  test.each<[string, object, number]>([
    ['no reason', { id: randomUUID(), which: {} }, 400],
    ['no id', { which: {}, reason: REASON }, 400],
    ['an invalid id', { id: 'x', which: {}, reason: REASON }, 400],
    ['an unknown filter', { id: randomUUID(), which: { colour: 'red' }, reason: REASON }, 400],
    ['an operator of MongoDB', { id: randomUUID(), which: { cause: { $ne: '' } }, reason: REASON }, 400],
    ['invalid event ids', { id: randomUUID(), which: { events: ['x'] }, reason: REASON }, 400],
    ['both', { id: randomUUID(), which: { events: ['0'.repeat(64)], topic: 'x' }, reason: REASON }, 400],
    ['too fast', { id: randomUUID(), which: {}, reason: REASON, rate: 1001 }, 400],
  ])('%s: refused', async (_name, body, status) => {
    expect((await stories.post('/parked/replays', body)).status).toBe(status);
  });

  test('a viewer neither replays nor discards', async () => {
    const body = { id: randomUUID(), which: {}, reason: REASON };
    expect((await stories.post('/parked/replays', body, 'viewer')).status).toBe(403);
    expect((await stories.post('/parked/discards', { which: {}, reason: REASON }, 'viewer')).status).toBe(
      403,
    );
  });

  test('Redis goes down in the middle: the event is parked as before, and the run says why it stopped', async () => {
    const event = soundEvent(11);
    await park(stories, [event]);
    const { putBack } = stories;
    stories.putBack = () => Promise.reject(new Error('Redis is down'));
    const { json } = await replay([event.id]);
    expect(await untilEnded(json.id)).toMatchObject({
      state: 'stopped',
      because: 'Redis is down',
      replayed: 0,
      parkedAgain: 0,
    });
    stories.putBack = putBack;
    expect(await parked(event.id)).toMatchObject({ state: 'parked', replays: 0, replay: null });
  });

  test('an event that was processed after all is not put back', async () => {
    const event = soundEvent(12);
    await park(stories, [event]);
    await stories.inside.collections.events.updateOne(
      { _id: event.id as EventId },
      { $set: { outcome: 'late' } },
    );
    await untilEnded((await replay([event.id])).json.id);
    expect(await parked(event.id)).toMatchObject({ state: 'replayed' });
    expect(await waiting(event)).toBe(0);
  });
});
