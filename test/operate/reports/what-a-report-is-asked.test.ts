import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serveStories, type ServedStories } from '../served-stories.ts';

const NOW = Date.UTC(2026, 10, 27, 23, 30);

describe('GET /reports/sales', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories(() => NOW);
  });
  afterAll(() => stories.stop());

  test.each([
    ['by=year', 'by'],
    ['zone=Mars/Olympus', 'zone'],
    ['zone=%2B02:00', 'zone'],
    ['zone=', 'zone'],
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['to=2026-11-27T00:00:00Z', 'to'],
    ['from=2026-11-28&to=2026-11-27', 'from'],
    ['from=2020-01-01&to=2026-11-27', 'from'],
    ['from=0001-01-01', 'from'],
    ['shop=localhost', 'shop'],
    ['shop[$ne]=', 'shop[$ne]'],
    ['test=2', 'test'],
    ['currency=eur', 'currency'],
    ['group=web', 'group'],
    ['of=channel&group=web', 'group'],
    ['by=order&of=day&group=2026-11-27', 'of'],
    ['colour=red', 'colour'],
  ])('%s: 400 that names it', async (query, name) => {
    const { status, json } = await stories.get(`/reports/sales?${query}`);
    expect({ status, json }).toMatchObject({ status: 400, json: { error: expect.stringMatching(/.{10,}/) } });
    expect((json.error as string).split(':')[0]).toBe(name);
  });

  test('without parameters: the last 30 days, by day, in UTC', async () => {
    const { status, json } = await stories.get('/reports/sales');
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { from: '2026-10-29', to: '2026-11-27', by: 'day', zone: 'UTC', shop: null, rows: [] },
    });
  });

  test('today is the day in the zone', async () => {
    const { json } = await stories.get('/reports/sales?zone=Asia/Tokyo');
    expect(json).toMatchObject({ from: '2026-10-30', to: '2026-11-28', zone: 'Asia/Tokyo' });
  });
});
