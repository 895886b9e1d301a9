import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { newOrder } from '../../src/order/order.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { park } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const SHOP = 'example.myshopify.com';
let id = 7000;

/** An order with parked or waiting events is incomplete, and says so wherever it is shown. */
describe('an order says which events it lacks', () => {
  let stories: ServedStories;
  let key: OrderKey;
  let poison: WaitingEvent;
  beforeAll(async () => {
    stories = await serveStories();
  });
  afterAll(() => stories.stop());
  beforeEach(async () => {
    id += 1;
    key = keyOf(String(id));
    poison = waitingEvent(
      'orders/paid',
      { id, name: `#P${id}`, line_items: 'oops' },
      { order: key, webhookId: `hook-${id}` },
    );
    await stories.commit([{ id: String(id), name: `#${id}` }]);
  });

  const document = async () => {
    const found = await stories.inside.collections.orders.findById(String(key)).lean();
    return found?.parkedEvents;
  };
  const shown = async () => {
    const [order, timeline, list] = await Promise.all([
      stories.get(`/orders/${key}`),
      stories.get(`/orders/${key}/timeline`),
      stories.get(`/orders?shop=${SHOP}&limit=200`),
    ]);
    const listed = (list.json.orders as { orderId: string }[]).find(({ orderId }) => orderId === String(id));
    return [order.json, timeline.json, listed as unknown as Record<string, unknown>].map((each) => [
      each.parkedEvents,
      each.waitingEvents,
    ]);
  };
  const lacks = (parked: number, waiting: number) => Array.from({ length: 3 }, () => [parked, waiting]);
  const inMailbox = (event: WaitingEvent) => stories.inside.depositor.deposit(event, null);
  const hits = async (q: string) =>
    (await stories.get(`/search?q=${encodeURIComponent(q)}`)).json.hits as { key: string; label: string }[];

  test('a waiting event, then a parked one: in the order, the list, the timeline and the document', async () => {
    await inMailbox(poison);
    expect(await shown()).toEqual(lacks(0, 1));
    await stories.drain(key);
    expect(await shown()).toEqual(lacks(1, 0));
    expect(await document()).toBe(1);
  });

  test('the list can be limited to orders with parked events', async () => {
    await park(stories, [poison]);
    const { json } = await stories.get('/orders?parked=1&limit=200');
    const listed = json.orders as { orderId: string; parkedEvents: number }[];
    expect(listed.map(({ orderId }) => orderId)).toContain(String(id));
    expect(listed.every(({ parkedEvents }) => parkedEvents > 0)).toBe(true);
  });

  test('after a discard, no missing event is left', async () => {
    await park(stories, [poison]);
    expect(await document()).toBe(1);
    await stories.post('/parked/discards', { which: { events: [poison.id] }, reason: 'to look' });
    expect(await document()).toBe(0);
    expect(await shown()).toEqual(lacks(0, 0));
  });

  test('a replayed event is waiting; parked again, it is parked', async () => {
    await park(stories, [poison]);
    const which = { events: [poison.id] };
    await stories.post('/parked/replays', { id: randomUUID(), which, reason: 'to look' });
    await until(async () => (await document()) === 0);
    expect(await shown()).toEqual(lacks(0, 1));
    await stories.drain(key);
    expect(await document()).toBe(1);
    expect(await shown()).toEqual(lacks(1, 0));
  });

  test('an order whose first event was parked counts it from its creation', async () => {
    id += 1;
    key = keyOf(String(id));
    await park(stories, [{ ...poison, order: key }]);
    const create = waitingEvent('orders/create', { id, name: '#1', line_items: [] }, { order: key });
    await inMailbox(create);
    await stories.drain(key);
    expect(await document()).toBe(1);
  });

  test('a drain that loaded the order before the count cannot restore the old count', async () => {
    const { orders } = stories.inside.tools;
    const loaded = await orders.load(key);
    await park(stories, [poison]);
    expect(await orders.commit({ key, order: loaded ?? newOrder(key) })).toBe('outpaced');
    expect(await document()).toBe(1);
  });

  test('the count is corrected if a process died between an action and its count', async () => {
    await park(stories, [poison]);
    const { parked, orders } = stories.inside.collections;
    await parked.updateOne({ _id: poison.id }, { $set: { state: 'discarded' } });
    await stories.parked.sweepCounts();
    expect(await document()).toBe(0);
    await parked.updateOne({ _id: poison.id }, { $set: { state: 'parked' } });
    // Removed by hand.
    await orders.updateOne({ _id: key }, { $unset: { parkedEvents: 1 } });
    await stories.parked.sweepCounts();
    expect(await document()).toBe(1);
  });

  test('a parked event is found by the id and the name in its body, and by its webhook id', async () => {
    await park(stories, [poison]);
    const label = `#${id}  created  ${key}  1 parked`;
    for (const q of [`#P${id}`, `P${id}`, String(id)])
      expect((await hits(q)).map((hit) => hit.key)).toEqual([key, poison.id]);
    expect((await hits(String(id)))[0]?.label).toBe(label);
    await stories.inside.collections.events.deleteMany({ _id: poison.id });
    expect((await hits(`hook-${id}`)).map((hit) => hit.key)).toEqual([poison.id]);
  });

  test('a waiting order is found by just its id', async () => {
    id += 1;
    key = keyOf(String(id));
    await inMailbox({ ...poison, order: key });
    expect(await hits(String(id))).toMatchObject([
      { key, label: `${key}  not applied yet  ${key}  1 waiting` },
    ]);
  });

  test('an event whose body cannot be read is parked, too', async () => {
    await park(stories, [{ ...poison, body: Buffer.from('{"name":') }]);
    expect((await hits(String(id))).map((hit) => hit.key)).toContain(poison.id);
  });
});
