import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { keyOf } from '../support/waiting-event.ts';
import { journalEntry } from './journal-entry.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const [A, B] = ['a.myshopify.com', 'b.myshopify.com'] as const;
const FROM = Date.UTC(2026, 10, 20, 10);
const ENTRIES = 60;
/** How many events end in the same millisecond, as when a drain writes them. */
const TOGETHER = 7;

/** The n-th from the oldest. */
function entryOf(n: number): EventDocument {
  const shop = n % 3 === 0 ? A : B;
  return journalEntry('{}', {
    order: keyOf(String(100 + (n % 5)), shop),
    topic: n % 2 === 0 ? 'orders/updated' : 'orders/paid',
    webhookId: `webhook-${n % 20}`,
    outcome: n % 10 === 0 ? 'stale' : 'applied',
    appliedAt: new Date(FROM + Math.floor(n / TOGETHER)),
    sequence: n,
  });
}

describe('the search of events', () => {
  let stories: ServedStories;
  const entries = Array.from({ length: ENTRIES }, (_, n) => entryOf(n));
  beforeAll(async () => {
    stories = await serveStories();
    await stories.commit([
      { id: '101', shop: A, name: '#1001' },
      { id: '102', shop: A, name: '#1002' },
      { id: '102', shop: B, name: '#1001' },
    ]);
    await stories.inside.collections.events.create(entries);
  });
  afterAll(() => stories.stop());

  interface Page {
    events: { event: string; appliedAt: string; order: string }[];
    cursor: string | null;
    lookedBackTo: string | null;
  }
  const ask = async (query: string) => (await stories.get(`/events?${query}`)).json as unknown as Page;
  const pages = async (query: string): Promise<Page[]> => {
    const found: Page[] = [];
    for (let cursor: string | null = null; found.length === 0 || cursor !== null;) {
      const page = await ask(`${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
      found.push(page);
      ({ cursor } = page);
    }
    return found;
  };
  const expected = (wanted: (entry: EventDocument) => boolean) =>
    entries
      .filter(wanted)
      .toSorted((a, b) => b.appliedAt.getTime() - a.appliedAt.getTime() || (a._id < b._id ? 1 : -1))
      .map(({ _id }) => _id);

  const middle = new Date(FROM + 4);
  const CASES: [string, (entry: EventDocument) => boolean][] = [
    ['', () => true],
    [`shop=${A}`, (entry) => entry.shop === A],
    ['topic=orders/paid', (entry) => entry.topic === 'orders/paid'],
    ['outcome=stale', (entry) => entry.outcome === 'stale'],
    ['outcome=applied', (entry) => entry.outcome === 'applied'],
    ['outcome=late', () => false],
    ['webhookId=webhook-3', (entry) => entry.webhookId === 'webhook-3'],
    [`order=${A}/101`, (entry) => entry.order === `${A}/101`],
    ['order=101', (entry) => entry.order === `${A}/101`],
    [`order=103&shop=${B}`, (entry) => entry.order === `${B}/103`],
    ['order=%231001', (entry) => [`${A}/101`, `${B}/102`].includes(entry.order)],
    ['order=1001', (entry) => [`${A}/101`, `${B}/102`].includes(entry.order)],
    [`order=1001&shop=${B}`, (entry) => entry.order === `${B}/102`],
    ['order=%239999', () => false],
    [`since=${middle.toISOString()}`, (entry) => entry.appliedAt >= middle],
    [`until=${middle.toISOString()}`, (entry) => entry.appliedAt <= middle],
    [
      `since=${middle.toISOString()}&until=${middle.toISOString()}&webhookId=webhook-9`,
      (entry) => entry.appliedAt.getTime() === middle.getTime() && entry.webhookId === 'webhook-9',
    ],
    [
      `shop=${B}&topic=orders/updated&outcome=stale`,
      (entry) => entry.shop === B && entry.topic === 'orders/updated' && entry.outcome === 'stale',
    ],
  ];
  test.each(CASES)(
    '%s: exactly the matching events, newest first, in pages of any size',
    async (query, wanted) => {
      for (const limit of [1, 3, 7, 200]) {
        const found = await pages(`${query}&limit=${limit}`.replace(/^&/, ''));
        expect(found.flatMap(({ events }) => events.map(({ event }) => event))).toEqual(expected(wanted));
        expect(found.every(({ events }) => events.length <= limit)).toBe(true);
      }
    },
  );

  test('by the start of the hash', async () => {
    const one = entries[5]!._id;
    for (const length of [4, 12, 64]) {
      const hash = one.slice(0, length);
      const { events } = await ask(`hash=${hash}`);
      expect(events.map(({ event }) => event)).toEqual(expected(({ _id }) => _id.startsWith(hash)));
      expect(events.map(({ event }) => event)).toContain(one);
    }
  });

  test('an event has its shop and order, and no payload', async () => {
    const { events } = await ask('outcome=stale&limit=1');
    expect(events[0]).toMatchObject({
      shop: expect.any(String),
      order: expect.any(String),
      outcome: 'stale',
      earlier: [],
    });
    expect(events[0]).not.toHaveProperty('payload');
  });

  const cursor = (text: string) => `cursor=${Buffer.from(text).toString('base64url')}`;
  test.each([
    'cursor=garbage',
    'cursor=',
    `cursor=${'A'.repeat(1001)}`,
    cursor('1 x'),
    cursor(`-1 ${'0'.repeat(64)}`),
    cursor(`{"$gt":""} ${'0'.repeat(64)}`),
    cursor(`1 ${'0'.repeat(64)} `),
    cursor(`99999999999999999 ${'0'.repeat(64)}`),
    `${cursor(`1 ${'0'.repeat(64)}`)}%3D`,
    'hash=abc',
    'hash=ABCD',
    `hash=${'a'.repeat(65)}`,
    'hash[$gt]=a',
    'outcome=waiting',
    'outcome=x',
    'webhookId=',
    `webhookId=${'x'.repeat(201)}`,
    'since=yesterday',
    'limit=0',
    'limit=201',
    'shop=localhost',
    'order=',
    `order=${'x'.repeat(301)}`,
    `order=${'x'.repeat(10_000)}`,
    'colour=red',
    '__proto__=1',
  ])('%s: 400 that names it', async (query) => {
    const { status, json } = await stories.get(`/events?${query}`);
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { detail: expect.stringMatching(/^[\w[\]$]+: .{8,}/) },
    });
  });

  test('a cursor of another search finds nothing beyond this search', async () => {
    const { cursor: other } = await ask('limit=1');
    const found = (await pages(`shop=${A}&limit=200&cursor=${other}`.replace('&cursor=null', ''))).flatMap(
      ({ events }) => events,
    );
    expect(found.every(({ order }) => order.startsWith(`${A}/`))).toBe(true);
  });
});

describe('a search that matches almost nothing among many events', () => {
  let stories: ServedStories;
  const MANY = 12_000;
  beforeAll(async () => {
    stories = await serveStories();
    const rare = (n: number) => n === 10 || n === MANY - 1;
    await stories.inside.collections.events.insertMany(
      Array.from({ length: MANY }, (_, n) =>
        journalEntry('{}', {
          topic: rare(n) ? 'orders/delete' : 'orders/paid',
          appliedAt: new Date(FROM + Math.floor(n / 10)),
        }),
      ),
    );
  });
  afterAll(() => stories.stop());

  test('reads 5,000 at a time, says how far it got, and reaches the end', async () => {
    const places: string[] = [];
    const found: unknown[] = [];
    for (let cursor: string | null = null; places.length === 0 || cursor !== null;) {
      const more = cursor === null ? '' : `&cursor=${cursor}`;
      const { json }: { json: Record<string, unknown> } = await stories.get(
        `/events?shop=example.myshopify.com&topic=orders/delete${more}`,
      );
      found.push(...(json.events as unknown[]));
      places.push(String(json.lookedBackTo));
      cursor = json.cursor as string | null;
    }
    expect(found).toHaveLength(2);
    expect(places).toHaveLength(3);
    expect(places).toEqual(places.toSorted().toReversed());
    expect(Date.parse(places[2] ?? '')).toBe(FROM);
  });

  test('gets past more than 5,000 events in one millisecond, without an endless loop', async () => {
    const { events } = stories.inside.collections;
    await events.updateMany({}, { $set: { appliedAt: new Date(FROM), shop: 'x.myshopify.com' } });
    const first = await stories.get('/events?shop=x.myshopify.com&outcome=applied&topic=orders/none');
    expect(first.json).toMatchObject({ events: [], cursor: expect.any(String) });
    const next = await stories.get(
      `/events?shop=x.myshopify.com&outcome=applied&topic=orders/none&cursor=${String(first.json.cursor)}`,
    );
    expect(next.json).toMatchObject({ events: [], cursor: null });
  });
});
