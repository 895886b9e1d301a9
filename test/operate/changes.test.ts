import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createBlockStore } from '../../src/persist/block-store.ts';
import { createSequencer } from '../../src/persist/sequencer.ts';
import type { Change } from '../../src/operate/shapes/changes.ts';
import { depositAll, journalOf, lived } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const NDJSON = { accept: 'application/x-ndjson', authorization: 'Bearer viewer' };
const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

describe('GET /api/changes', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
  });
  afterAll(() => stories.stop());
  beforeEach(async () => {
    const { outbox, changes } = stories.inside.collections;
    await Promise.all([outbox.deleteMany(), changes.deleteMany()]);
  });

  /** What a worker does every 200 ms. */
  const sequence = async () => {
    const sequencer = createSequencer(createBlockStore(stories.inside.collections), Date.now);
    while ((await sequencer.step()).isBehind);
  };
  const read = async (query = '') => {
    const { status, json } = await stories.get(`/changes${query}`);
    expect([status, json.error]).toEqual([200, undefined]);
    return { changes: json.changes as Change[], cursor: String(json.cursor) };
  };
  /** A block for each of these orders, of other shops too. */
  const update = async (id: string, shop?: string) => {
    const order = keyOf(id, shop);
    const body = { id: Number(id), name: `#${id}`, updated_at: new Date().toISOString() };
    await depositAll(stories.inside, [waitingEvent('orders/updated', body, { order })]);
    await stories.drain(order);
    await sequence();
    return order;
  };

  test('has every event of every commit, in sequence, with what it changed', async () => {
    const order = await lived(stories.inside, 1);
    await sequence();
    const { changes } = await read();
    const events = await journalOf(stories.inside, order);
    expect(changes.map(({ event, sequence: place, version }) => [event, place, version])).toEqual(
      events.map(({ _id, sequence: place }) => [_id, place, 1]),
    );
    expect(changes[0]).toEqual({
      cursor: expect.any(String),
      order,
      shop: 'example.myshopify.com',
      orderId: order.split('/')[1],
      version: 1,
      sequence: 1,
      topic: 'orders/create',
      event: events[0]?._id,
      outcome: 'applied',
      occurredAt: '2026-11-20T10:00:00.000Z',
      committedAt: expect.stringMatching(/Z$/),
      changed: expect.arrayContaining(['status', 'totalPrice', 'fulfillments', 'body']),
      before: null,
      after: { status: 'payment_pending', financialStatus: 'pending', fulfillmentStatus: null },
    });
    for (const [i, { before }] of changes.entries()) expect(before).toEqual(changes[i - 1]?.after ?? null);
  });

  test('continues after each cursor, in pages of any size', async () => {
    await lived(stories.inside, 2);
    await sequence();
    await update('20');
    const all = (await read()).changes;
    const again: Change[] = [];
    for (let after = ''; ;) {
      const { changes, cursor } = await read(`?limit=4${after}`);
      if (changes.length === 0) break;
      again.push(...changes);
      expect(cursor).toBe(changes.at(-1)?.cursor);
      after = `&after=${cursor}`;
    }
    expect(again).toEqual(all);
    const { changes } = await read(`?after=${all[2]?.cursor}`);
    expect(changes).toEqual(all.slice(3));
  });

  test('shows one shop, or some topics; the cursor moves past the rest', async () => {
    await lived(stories.inside, 3);
    await sequence();
    const other = await update('30', 'other.myshopify.com');
    const ofShop = await read('?shop=other.myshopify.com');
    expect(ofShop.changes.map((each) => each.order)).toEqual([other]);
    const topics = 'refunds/create,orders/paid';
    const some = await read(`?topic=${topics}`);
    expect(some.changes.map(({ topic }) => topic)).toEqual(['orders/paid', 'refunds/create']);
    expect(await read(`?topics=${topics}`)).toEqual(some);
    expect((await read('?shop=other.myshopify.com&topic=refunds/create')).changes).toEqual([]);
    const none = await read('?topic=orders/delete');
    expect(none).toEqual({ changes: [], cursor: (await read()).cursor });
    expect((await read(`?after=${none.cursor}`)).changes).toEqual([]);
  });

  test('begins at the end with `head`', async () => {
    await update('40');
    const { changes, cursor } = await read('?after=head');
    expect(changes).toEqual([]);
    const order = await update('41');
    expect((await read(`?after=${cursor}`)).changes.map((each) => each.order)).toEqual([order]);
  });

  test('an empty feed has a cursor, too', async () => {
    const { changes, cursor } = await read();
    expect(changes).toEqual([]);
    const order = await update('42');
    expect((await read(`?after=${cursor}`)).changes.map((each) => each.order)).toEqual([order]);
  });

  describe('a long poll', () => {
    test('answers as soon as there is a change', async () => {
      const { cursor } = await read('?after=head');
      const began = performance.now();
      const waiting = read(`?after=${cursor}&wait=20`);
      const order = await update('50');
      expect((await waiting).changes.map((each) => each.order)).toEqual([order]);
      expect(performance.now() - began).toBeLessThan(10_000);
    });

    test('keeps waiting after changes that do not match, and answers without any when its time is over', async () => {
      const { cursor } = await read('?after=head');
      const waiting = read(`?after=${cursor}&wait=1&shop=other.myshopify.com`);
      await update('51');
      const { changes, cursor: next } = await waiting;
      expect(changes).toEqual([]);
      expect(next).not.toBe(cursor);
    });

    test('ends when its client has left', async () => {
      const { waits } = stories;
      const gone = new AbortController();
      const from = { block: 1, index: 0 };
      const waiting = waits.read({ from, topics: [], limit: 1, waitMs: 60_000, gone: gone.signal });
      gone.abort();
      expect((await waiting).changes).toEqual([]);
    });

    test('all of them end when the program stops, and the number that may wait is limited', async () => {
      const { waits } = stories;
      const { signal } = new AbortController();
      const one = () => waits.read({ from: null, topics: [], limit: 1, waitMs: 60_000, gone: signal });
      const refused: unknown[] = [];
      const all = Array.from({ length: 201 }, () => one().catch((error: unknown) => refused.push(error)));
      await until(() => refused.length > 0);
      waits.stop();
      await Promise.all(all);
      expect(refused).toMatchObject([{ code: 'too_many' }]);
    });
  });

  describe('as NDJSON', () => {
    const lines = async (query = '') => {
      const answer = await fetch(`${stories.served.url}/api/changes${query}`, { headers: NDJSON });
      const text = await answer.text();
      return {
        answer,
        lines: text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Change),
      };
    };

    test('has every change, one per line, and the cursor in the last one', async () => {
      for (const number of [5, 6, 7]) await lived(stories.inside, number);
      await sequence();
      const { changes, cursor } = await read('?limit=1000');
      const { answer, lines: all } = await lines();
      expect(answer.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
      expect(all).toEqual([...changes, { cursor }]);
      expect((await lines(`?after=${cursor}`)).lines).toEqual([{ cursor }]);
      expect((await lines('?topic=orders/delete')).lines).toEqual([{ cursor }]);
    });

    test('is sent as fast as it is read', async () => {
      await update('60');
      const { changes } = stories.inside.collections;
      const block = await changes.findOne().lean();
      const many = Array.from({ length: 400 }, () => block!.commits[0]!);
      await changes.insertMany(
        Array.from({ length: 100 }, (_, i) => ({ ...block, _id: i + 2, commits: many })),
      );
      let reads = 0;
      const count = ({ commandName }: { commandName: string }) => (reads += commandName === 'find' ? 1 : 0);
      stories.inside.client.on('commandStarted', count);
      const { body } = await fetch(`${stories.served.url}/api/changes`, { headers: NDJSON });
      const reader = body!.getReader();
      await reader.read();
      let seen = -1;
      // Nothing more is read from MongoDB once the connection is full.
      await until(() => {
        const before = seen;
        seen = reads;
        return before === reads && reads > 0;
      });
      const paused = reads;
      let bytes = 0;
      for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
      stories.inside.client.off('commandStarted', count);
      expect(reads).toBeGreaterThan(paused);
      expect(bytes).toBeGreaterThan(40_000 * 300);
    });

    test('a refusal is an ordinary error answer', async () => {
      const answer = await fetch(`${stories.served.url}/api/changes?after=x`, { headers: NDJSON });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ error: expect.stringContaining('cursor') }),
      ]);
    });
  });

  test.each(['x', cursorOf('1'), cursorOf('0.0'), cursorOf('-1.0'), cursorOf('1.x'), `${cursorOf('1.0')}=`])(
    'the cursor %s is refused',
    async (cursor) => {
      const { status, json } = await stories.get(`/changes?after=${cursor}`);
      expect([status, json.error]).toEqual([400, 'cursor: not a valid cursor']);
    },
  );

  test('a cursor whose changes have expired is refused, with and without a filter', async () => {
    await update('70');
    const { cursor } = await read();
    for (const id of ['71', '72', '73']) await update(id);
    await stories.inside.collections.changes.deleteMany({ _id: { $lte: 2 } });
    for (const query of ['', '&topic=orders/updated', '&shop=example.myshopify.com', '&wait=5']) {
      const { status, json } = await stories.get(`/changes?after=${cursor}${query}`);
      expect([status, json.error]).toEqual([410, expect.stringContaining('CHANGES_RETENTION_DAYS')]);
    }
    expect((await read()).changes).toHaveLength(2);
  });

  test('a cursor of another feed is refused', async () => {
    await update('80');
    const { status, json } = await stories.get(`/changes?after=${cursorOf('9.0')}`);
    expect([status, json.error]).toEqual([410, expect.stringContaining('another feed')]);
  });

  test.each(['limit=0', 'limit=1001', 'wait=26', 'wait=-1', 'shop=x', 'since=1'])(
    '%s is refused',
    async (query) => {
      expect((await stories.get(`/changes?${query}`)).status).toBe(400);
    },
  );
});
