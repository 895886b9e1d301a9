import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { keyOf } from '../support/waiting-event.ts';
import { park, soundEvent } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const SHOP = 'example.myshopify.com';
const OTHER = 'other.myshopify.com';
const AT = Date.UTC(2026, 10, 20, 10);

describe('parked events', () => {
  let stories: ServedStories;
  let newest: WaitingEvent;
  beforeAll(async () => {
    stories = await serveStories();
    for (let i = 0; i < 6; i += 1) {
      newest = soundEvent(i);
      await park(stories, [newest], { because: `line ${i}: no`, at: AT + i * 1000 });
    }
    const inOther = { ...soundEvent(20), order: keyOf('1', OTHER) };
    const paid = { ...soundEvent(21), topic: 'orders/paid' };
    await park(stories, [inOther, paid], { because: 'line 9: no', at: AT });
    await park(stories, [soundEvent(22)], { because: 'the body is not JSON', at: AT });
  });
  afterAll(() => stories.stop());

  const list = async (query: string) => (await stories.get(`/parked?${query}`)).json;
  const idsOf = (page: Record<string, unknown>) =>
    (page.parked as { event: string }[]).map(({ event }) => event);

  test('are grouped by cause, topic and shop, the largest first', async () => {
    const { status, json } = await stories.get('/parked/groups');
    expect(status).toBe(200);
    expect(json).toMatchObject({ events: 9, whole: true });
    const groups = json.groups as unknown[];
    expect(groups).toHaveLength(4);
    expect(groups[0]).toEqual({
      cause: 'line …: no',
      topic: 'orders/create',
      shop: SHOP,
      events: 6,
      firstAt: new Date(AT).toISOString(),
      lastAt: new Date(AT + 5000).toISOString(),
      sample: newest.id,
    });
    expect(groups).toContainEqual(expect.objectContaining({ shop: OTHER, events: 1 }));
    expect(groups).toContainEqual(expect.objectContaining({ topic: 'orders/paid', events: 1 }));
  });

  test.each([
    ['cause=line+%E2%80%A6:+no', 8],
    ['cause=line+%E2%80%A6:+no&topic=orders/create&shop=EXAMPLE.myshopify.com', 6],
    [`shop=${OTHER}`, 1],
    ['topic=orders/paid', 1],
    ['state=discarded', 0],
    ['cause=line', 0],
  ])('%s: exactly the matching events', async (query, count) => {
    expect(idsOf(await list(query))).toHaveLength(count);
  });

  test.each([1, 2, 4, 8, 9, 200])(
    'in pages of %i each event comes once, newest first, even at equal times',
    async (limit) => {
      const found: string[] = [];
      for (let cursor: string | null = null; found.length === 0 || cursor !== null;) {
        const page: Record<string, unknown> = await list(
          `limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
        );
        found.push(...idsOf(page));
        cursor = page.cursor as string | null;
      }
      expect(found).toHaveLength(9);
      expect(new Set(found).size).toBe(9);
      expect(found[0]).toBe(newest.id);
    },
  );

  test('are found by the start of their hash, as lists show it', async () => {
    expect(idsOf(await list(`hash=${newest.id.slice(0, 12)}`))).toEqual([newest.id]);
    expect(idsOf(await list(`hash=${newest.id}`))).toEqual([newest.id]);
    expect(idsOf(await list(`hash=${'0'.repeat(12)}`))).toEqual([]);
  });

  test.each([
    'hash=xyz1',
    'cursor=garbage',
    'cursor=',
    'state=x',
    'limit=0',
    'colour=red',
    'cause[$ne]=x',
    `cause=${'x'.repeat(501)}`,
  ])('%s: 400', async (query) => {
    expect((await stories.get(`/parked?${query}`)).status).toBe(400);
  });

  test('are discarded with a reason, stay in the list of discarded events, and cannot be discarded twice', async () => {
    const body = { which: { topic: 'orders/paid' }, reason: 'of a test shop' };
    const { status, json } = await stories.post('/parked/discards', body);
    expect({ status, json }).toEqual({
      status: 200,
      json: { discarded: 1, did: 'discarded 1 parked events (topic: orders/paid)' },
    });
    expect(stories.served.acts.at(-1)).toMatchObject({
      action: 'parked.discard',
      target: 'parked: topic: orders/paid',
      reason: 'of a test shop',
      outcome: 'done',
      detail: expect.stringContaining(`${String(json.did)}; 1 event, SHA-256 `),
    });
    expect(idsOf(await list('topic=orders/paid'))).toEqual([]);
    expect(idsOf(await list('topic=orders/paid&state=discarded'))).toHaveLength(1);
    expect((await stories.post('/parked/discards', body)).status).toBe(404);
    expect(stories.served.acts.at(-1)).toMatchObject({ outcome: 'refused' });
  });

  test('actions on an order, on its events alone or among many, are in its timeline', async () => {
    const { audit } = stories.inside.collections;
    const [one, many] = [soundEvent(30), soundEvent(31)].map((event) => ({ ...event, order: keyOf('30') }));
    if (!one || !many) throw new Error('two');
    await park(stories, [one, many]);
    const discard = { which: { cause: 'no … today' }, reason: 'all of them' };
    const act = (_id: number, target: string, ms = Date.now()) => {
      const who = { who: 'ada', role: 'operator' as const, action: 'parked.replay', reason: 'r' };
      const end = { hash: 'h', outcome: 'done' as const, detail: null, sealed: 's' };
      return { _id, at: new Date(ms), target, ...who, ...end };
    };
    await audit.create([
      act(1, keyOf('30')),
      act(2, one.id),
      act(3, keyOf('31')),
      act(4, 'parked: cause: no … today', Date.now() - 3_600_000),
      act(5, 'parked: cause: no … today'),
      act(6, `replay ${'0'.repeat(8)}`),
    ]);
    await stories.parked.claim(one.id, { run: '00000000', at: new Date() });
    await stories.post('/parked/discards', discard);
    // The actions here are made up, so the discard is given the number of one of them.
    await stories.inside.collections.parked.updateMany({}, { $set: { acts: [5] } });
    const { acts } = (await stories.get(`/orders/${keyOf('30')}/timeline`)).json;
    expect((acts as { number: number }[]).map(({ number }) => number)).toEqual([1, 2, 5, 6]);
    expect((acts as unknown[])[0]).toMatchObject({ who: 'ada', reason: 'r', outcome: 'done', detail: null });
  });
});
