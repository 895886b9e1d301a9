import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { journalEntry } from './journal-entry.ts';
import { park, soundEvent } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

describe('while MongoDB is still building its indexes', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    const { orders, events, parked } = stories.inside.collections;
    await stories.commit([{ id: '1', name: '#1' }]);
    await events.insertMany([journalEntry('{}')]);
    await park(stories, [soundEvent(1)]);
    await Promise.all([orders, events, parked].map(({ collection }) => collection.dropIndexes()));
  });
  afterAll(() => stories.stop());

  // A parked event is in the journal, too.
  test.each([
    ['/orders', 1],
    ['/orders?shop=example.myshopify.com', 1],
    ['/events', 2],
    ['/events?shop=example.myshopify.com', 2],
  ])('GET %s has the same answer: %d', async (place, count) => {
    const { status, json } = await stories.get(place);
    expect(status).toBe(200);
    expect((json.orders ?? json.events) as unknown[]).toHaveLength(count);
  });

  test('GET /parked/groups: the same', async () => {
    const { status, json } = await stories.get('/parked/groups');
    expect([status, (json.groups as unknown[]).length]).toEqual([200, 1]);
  });

  test.each([
    ['/exports/orders?format=ndjson', 1],
    ['/exports/events?format=ndjson', 2],
  ])('GET %s has the same answer: %d', async (place, count) => {
    const { status, text } = await stories.get(place);
    expect(status).toBe(200);
    expect(text.trim().split('\n')).toHaveLength(count);
  });
});
