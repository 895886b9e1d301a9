import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyOf } from '../support/waiting-event.ts';
import { journalEntry } from './journal-entry.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const OTHER = 'other.myshopify.com';

describe('the search finds anything that an operator has', () => {
  let stories: ServedStories;
  const entry = journalEntry('{}', { order: keyOf('5001'), webhookId: 'b54557e4' });
  const early = journalEntry('{}', { order: keyOf('5009'), outcome: 'parked', sequence: null });
  beforeAll(async () => {
    stories = await serveStories();
    await stories.commit([
      { id: '5001', name: '#1001' },
      { id: '5001', shop: OTHER, name: '#7' },
      { id: '5002', shop: OTHER, name: '#1001' },
    ]);
    await stories.inside.collections.events.create([entry, early]);
  });
  afterAll(() => stories.stop());

  const keys = async (q: string) => {
    const { status, json } = await stories.get(`/search?q=${encodeURIComponent(q)}`);
    expect(status).toBe(200);
    expect(json.looked).toMatch(/orders by key, id and name/);
    return (json.hits as { key: string }[]).map(({ key }) => key).toSorted();
  };

  test.each<[string, string[]]>([
    ['#1001', [keyOf('5001'), keyOf('5002', OTHER)]],
    ['1001', [keyOf('5001'), keyOf('5002', OTHER)]],
    [' 5001 ', [keyOf('5001'), keyOf('5001', OTHER)]],
    [keyOf('5001'), [keyOf('5001')]],
    [keyOf('5009'), [keyOf('5009')]],
    [keyOf('5010'), []],
    ['b54557e4', [entry._id]],
    [entry._id, [entry._id]],
    [entry._id.slice(0, 6), [entry._id]],
    [entry._id.slice(0, 5), []],
    ['{"$ne":1}', []],
    ['\u0000', []],
  ])('%j', async (q, found) => {
    expect(await keys(q)).toEqual(found.toSorted());
  });

  test('each hit has a line of text for people', async () => {
    const { json } = await stories.get('/search?q=%231001');
    expect(json.hits).toContainEqual({
      kind: 'order',
      key: keyOf('5001'),
      label: `#1001  created  ${keyOf('5001')}`,
    });
  });

  test.each(['', 'q=', `q=${'x'.repeat(201)}`, 'q=a&q=b', 'q[$ne]=1', 'p=1'])('%s: 400', async (query) => {
    expect((await stories.get(`/search?${query}`)).status).toBe(400);
  });
});
