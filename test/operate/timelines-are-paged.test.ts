import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Timeline } from '../../src/operate/shapes/events.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';
import { journalEntry } from './journal-entry.ts';
import { park } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const EVENTS = 25;

describe("an order's timeline in pages", () => {
  const order = keyOf('4711');
  const parked = waitingEvent('orders/updated', { id: 4711 }, { order });
  const waiting = waitingEvent('orders/paid', { id: 4711 }, { order });
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    const entries = Array.from({ length: EVENTS }, (_, i) =>
      journalEntry('{"id":4711}', { _id: randomEventId(), order, sequence: i + 1 }),
    );
    await stories.inside.collections.events.insertMany(entries);
    await park(stories, [parked]);
    await stories.inside.depositor.deposit(waiting, null);
  });
  afterAll(() => stories.stop());

  async function page(query: string): Promise<Timeline> {
    const { status, json } = await stories.get(`/orders/${order}/timeline?${query}`);
    expect(status).toBe(200);
    return json as unknown as Timeline;
  }

  async function pages(query: string): Promise<Timeline[]> {
    const all = [await page(query)];
    for (let cursor = all[0]?.cursor; cursor; cursor = all.at(-1)?.cursor)
      all.push(await page(`${query}&cursor=${cursor}`));
    return all;
  }

  const told = ({ entries }: Timeline) => entries.map(({ sequence, outcome }) => sequence ?? outcome);
  const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const WHOLE = [...upTo(1, EVENTS), 'parked', 'waiting'];

  test('without parameters it is whole, in the order of application', async () => {
    const whole = await page('');
    expect(told(whole)).toEqual(WHOLE);
    expect(whole).toMatchObject({ cursor: null, leftOut: false });
  });

  test('with a limit, it starts with the newest events; each page is in the order of application', async () => {
    const all = await pages('limit=10');
    expect(all.map(told)).toEqual([[...upTo(16, 25), 'parked', 'waiting'], upTo(6, 15), upTo(1, 5)]);
    expect(all.map(({ leftOut }) => leftOut)).toEqual([true, true, false]);
    expect(all.toReversed().flatMap(told)).toEqual(WHOLE);
  });

  test.each([
    ['sequence', WHOLE],
    ['-sequence', WHOLE.toReversed()],
  ])('sort=%s: all pages together are the whole', async (sort, whole) => {
    for (const limit of [1, 7, 25, 1000])
      expect([limit, (await pages(`sort=${sort}&limit=${limit}`)).flatMap(told)]).toEqual([limit, whole]);
  });

  test('an event that is applied and still in its mailbox is on one page only', async () => {
    const { events } = stories.inside.collections;
    await events.updateOne({ sequence: 3 }, { $set: { webhookId: 'twice' } });
    const third = await events.findOne({ sequence: 3 }).lean();
    const again = waitingEvent('orders/create', { id: 4711 }, { order, id: String(third?._id) as never });
    await stories.inside.depositor.deposit(again, null);
    expect((await pages('limit=10')).flatMap(told)).toHaveLength(WHOLE.length);
  });

  test.each(['cursor=x', 'cursor=c2VxdWVuY2UgLTE', 'limit=0', 'limit=1001', 'sort=time'])(
    '%s: 400',
    async (query) => {
      expect((await stories.get(`/orders/${order}/timeline?${query}`)).status).toBe(400);
    },
  );

  test('a cursor after the oldest event leads to an empty page', async () => {
    const cursor = Buffer.from('sequence 1').toString('base64url');
    expect(await page(`cursor=${cursor}`)).toMatchObject({ entries: [], cursor: null });
  });
});
