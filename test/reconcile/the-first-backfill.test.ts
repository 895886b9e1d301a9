import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createThrottledApi } from '../../src/reconcile/throttled-api.ts';
import { bulkPages } from '../../src/reconcile/bulk-pages.ts';
import { accessOf } from '../../src/reconcile/queries.ts';
import { createBulkFile } from '../../src/shop/bulk-file.ts';
import { Fault } from '../../src/system/errors.ts';
import { OddShopify } from '../shop/odd-shopify.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const ORDERS = 30;

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the first backfill', () => {
  let store: Reconciling;
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.switch({ drop: 100 });
    await store.shop.sell(ORDERS);
  });
  afterEach(() => store.stop());

  const expectAll = async () => {
    await store.drain();
    expect(await store.drift()).toEqual([]);
    const shop = await store.inside.collections.shops.findById(SHOP).lean();
    expect(shop).toMatchObject({ repaired: ORDERS });
  };

  test('starts a bulk operation and reads its file', async () => {
    expect(await store.pass({ how: 'bulk' })).toMatchObject({
      state: 'done',
      how: 'bulk',
      checked: ORDERS,
      missing: ORDERS,
    });
    expect(store.shop.calls.downloads).toBe(1);
    await expectAll();
  });

  test('of a shop without orders ends and finds none', async () => {
    for (const order of store.shop.orders.slice()) store.shop.delete(order);
    expect(await store.pass({ how: 'bulk' })).toMatchObject({ state: 'done', checked: 0 });
  });

  test('continues page by page if the operation fails', async () => {
    store.shop.bulk.willEnd('FAILED');
    expect(await store.pass({ how: 'bulk' })).toMatchObject({ state: 'done', how: 'pages', checked: ORDERS });
    expect(store.shop.calls.downloads).toBe(0);
    await expectAll();
  });

  test.each([
    ['is not allowed', new Fault('shopify_refused', 'ACCESS_DENIED')],
    ['exceeds the limit', { bulkOperation: null, userErrors: [{ message: 'already in progress' }] }],
  ])('continues page by page if the operation %s', async (_name, answer) => {
    const { api } = store.tools;
    const record = await store.ask({ how: 'bulk' });
    await store.run(record, {
      api: {
        ask: async (shop, document, ...rest) => {
          if (!document.includes('BulkRun')) return await api.ask(shop, document, ...rest);
          if (answer instanceof Error) throw answer;
          return { data: { bulkOperationRunQuery: answer }, cost: null };
        },
      },
    });
    expect(await store.record(record)).toMatchObject({ state: 'done', how: 'pages', checked: ORDERS });
    await expectAll();
  });

  test('continues a download that broke off', async () => {
    store.shop.troubles.add('cut_off', { at: 'downloads' });
    expect(await store.pass({ how: 'bulk' })).toMatchObject({
      state: 'done',
      checked: ORDERS,
      missing: ORDERS,
    });
    expect(store.shop.calls.downloads).toBe(2);
    await expectAll();
  });

  test('fails if the file cannot be downloaded', async () => {
    store.shop.troubles.add('internal_error', { at: 'downloads', times: Infinity });
    expect((await store.pass({ how: 'bulk' })).because).toMatch(/file: status 500/);
  });

  test('leaves orders that changed after it ended to the next pass', async () => {
    const until = new Date(Date.now() - 3_600_000);
    expect(await store.pass({ how: 'bulk', until })).toMatchObject({ state: 'done', checked: 0, missing: 0 });
  });
});

describe("a bulk operation's file", () => {
  const listed = (lines: string[], objects: number, cursor: string | null = null) => {
    const signal = new AbortController().signal;
    const node = {
      id: 'gid://shopify/BulkOperation/1',
      status: 'COMPLETED',
      objectCount: String(objects),
      url: 'https://file',
    };
    const api = {
      ask: (_shop: string, document: string) => {
        const run = { bulkOperationRunQuery: { bulkOperation: node, userErrors: [] } };
        return Promise.resolve({ data: document.includes('BulkRun') ? run : { node }, cost: null });
      },
    };
    const patience = { firstMs: 1, longestMs: 1, tries: 1 };
    const asking = createThrottledApi(SHOP, { api, patience, onThrottled: () => undefined }, signal);
    const file = async function* () {
      for (const line of lines) yield await Promise.resolve(line);
    };
    const access = accessOf([]);
    return collected(bulkPages(asking, access, cursor, { file, isLate: () => false, patience }, signal));
  };
  const line = (number: number) =>
    JSON.stringify({ id: `gid://shopify/Order/${number}`, updatedAt: '2026-11-20T10:00:00Z' });
  const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i + 1));

  test('is continued after the last line that was read', async () => {
    const pages = await listed(lines(1200), 1200);
    expect(pages.map(({ orders }) => orders.length)).toEqual([0, 500, 500, 200]);
    const rest = await listed(lines(1200), 1200, pages[1]?.cursor ?? '');
    expect(rest.flatMap(({ orders }) => orders).map(({ id }) => id)).toEqual(
      Array.from({ length: 700 }, (_, i) => String(501 + i)),
    );
    expect(rest.at(-1)?.cursor).toBeNull();
  });

  test.each<[string, string[], RegExp]>([
    ['ends early', lines(2), /ends after 2 of 3 lines/],
    ['has a line that is not JSON', [line(1), '{"id":', line(3)], /line 2 is not JSON/],
    ['has a line without a time', [line(1), '{"id":"gid://shopify/Order/2"}', line(3)], /line 2: updatedAt/],
  ])('is refused if it %s', async (_name, text, because) => {
    await expect(listed(text, 3)).rejects.toThrow(because);
  });

  test.each([
    'http://storage.googleapis.com/file',
    'https://example.com/file',
    'https://storage.googleapis.com.example.com/file',
    'https://storage.googleapis.com:8443/file',
    'https://user@storage.googleapis.com/file',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'ftp://example.com/',
    'no address',
    '',
  ])('is not fetched from %j', async (url) => {
    const read = collected(createBulkFile(undefined)(url, new AbortController().signal));
    await expect(read).rejects.toThrow(/is not at https:\/\/storage\.googleapis\.com/);
  });

  test('is not fetched from a redirect', async () => {
    const odd = await OddShopify.start();
    try {
      odd.answer = ({ url }) =>
        url === '/file' ? { status: 302, headers: { location: '/secret' } } : { body: 'a line' };
      const read = collected(createBulkFile(odd.url)(`${odd.url}/file`, new AbortController().signal));
      await expect(read).rejects.toMatchObject({ code: 'shopify_away' });
      expect(odd.asked.map(({ url }) => url)).toEqual(['/file']);
    } finally {
      await odd.stop();
    }
  });
});
