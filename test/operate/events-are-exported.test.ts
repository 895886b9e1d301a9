import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_COLUMNS } from '../../src/operate/shapes/exports.ts';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { keyOf } from '../support/waiting-event.ts';
import { exportedFrom } from './exported.ts';
import { journalEntry } from './journal-entry.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const FIRST = Date.parse('2026-10-01T00:00:00Z');
const SHOPS = ['a.myshopify.com', 'b.myshopify.com'] as const;

/** How many entries have the same millisecond. A batch has 500. */
const SAME_MS = [1, 499, 1, 1700, 2, 500, 1, 501];

describe('the journal is exported', () => {
  let stories: ServedStories;
  let entries: EventDocument[];
  beforeAll(async () => {
    stories = await serveStories();
    entries = SAME_MS.flatMap((count, ms) =>
      Array.from({ length: count }, (_, i) =>
        journalEntry('{}', {
          order: keyOf('1', SHOPS[i % 2]),
          topic: i % 3 === 0 ? 'orders/paid' : 'orders/create',
          outcome: i % 5 === 0 ? 'stale' : 'applied',
          appliedAt: new Date(FIRST + ms),
        }),
      ),
    );
    await stories.inside.collections.events.insertMany(entries);
  });
  afterAll(() => stories.stop());

  const all = (query: string) => exportedFrom(stories.served, `events?${query}`);
  const sorted = (kept: (entry: EventDocument) => boolean) =>
    entries
      .filter(kept)
      .toSorted((a, b) => Number(b.appliedAt) - Number(a.appliedAt))
      .map(({ _id }) => _id);
  const timesOf = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ appliedAt }) => String(appliedAt));

  test.each<[string, (entry: EventDocument) => boolean]>([
    ['', () => true],
    [`shop=${SHOPS[1]}`, ({ shop }) => shop === SHOPS[1]],
    ['topic=orders/paid', ({ topic }) => topic === 'orders/paid'],
    ['outcome=stale', ({ outcome }) => outcome === 'stale'],
    ['outcome=applied', ({ outcome }) => outcome === 'applied'],
    [
      `shop=${SHOPS[0]}&topic=orders/create&outcome=stale`,
      ({ shop, topic, outcome }) => shop === SHOPS[0] && topic === 'orders/create' && outcome === 'stale',
    ],
    ['from=2026-10-01T00:00:00.004Z', ({ appliedAt }) => Number(appliedAt) >= FIRST + 4],
    ['to=2026-10-01T00:00:00.004Z', ({ appliedAt }) => Number(appliedAt) < FIRST + 4],
    ['from=2026-10-01&to=2026-10-01', () => true],
    ['to=2026-09-30', () => false],
  ])('%s: every entry once, newest first', async (query, kept) => {
    const { rows, end } = await all(query);
    const wanted = sorted(kept);
    expect(rows.map(({ event }) => String(event)).toSorted()).toEqual(wanted.toSorted());
    expect(timesOf(rows)).toEqual(timesOf(rows).toSorted().toReversed());
    expect(end).toEqual({ rows: wanted.length });
  });

  test('it continues after every position: every entry once', async () => {
    const { cursors, rows } = await all('');
    expect(cursors.length).toBeGreaterThan(5);
    for (const cursor of cursors) {
      const rest = await all(`after=${cursor}`);
      const begun = rows.slice(0, rows.length - rest.rows.length);
      expect(new Set([...begun, ...rest.rows].map(({ event }) => event)).size).toBe(entries.length);
    }
  });

  test('a row has the facts of its entry, and no payload', async () => {
    const { rows, columns } = await all(`from=2026-10-01T00:00:00.006Z&to=2026-10-01T00:00:00.007Z`);
    expect(columns).toEqual(Object.entries(EVENT_COLUMNS).map(([name, kind]) => ({ name, kind })));
    const { json } = await stories.get(`/events/${String(rows[0]?.event)}`);
    const { earlier: _, ...facts } = json;
    expect(rows).toEqual([{ ...facts, damage: [] }]);
  });

  test('a damaged entry has a row that says what is damaged', async () => {
    const { collection } = stories.inside.collections.events;
    const [{ _id } = { _id: '' }] = entries;
    await collection.updateOne({ _id: _id as never }, { $set: { receivedAt: 'today' } });
    const { rows } = await all('');
    expect(rows).toHaveLength(entries.length);
    expect(rows.filter(({ damage }) => String(damage) !== '')).toEqual([
      expect.objectContaining({ event: _id, damage: ['event.receivedAt: expected a time'] }),
    ]);
  });
});
