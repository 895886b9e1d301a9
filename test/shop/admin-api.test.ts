import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAdminApi, Throttled } from '../../src/shop/admin-api.ts';
import { shopifyAddress } from '../../src/shop/shopify.ts';
import { Fault } from '../../src/system/errors.ts';
import { OddShopify, type OddAnswer } from './odd-shopify.ts';

const SHOP = 'example.myshopify.com';
const TOKEN = 'shpat_the-first';
const COST = {
  requestedQueryCost: 300,
  actualQueryCost: 20,
  throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 100, restoreRate: 50 },
};
const GOOD = { body: { data: { shop: { name: 'A' } }, extensions: { cost: COST } } };

describe("Shopify's Admin API", () => {
  let shopify: OddShopify;
  let token = TOKEN;
  const refused: string[] = [];
  beforeAll(async () => {
    shopify = await OddShopify.start();
  });
  afterAll(() => shopify.stop());
  beforeEach(() => {
    shopify.asked.length = 0;
    refused.length = 0;
    token = TOKEN;
  });

  const tokens = {
    of: () => Promise.resolve(token),
    refused: (_shop: string, which: string) => {
      refused.push(which);
      token = 'shpat_the-second';
      return Promise.resolve();
    },
  };
  const ask = (signal?: AbortSignal, more: { deadlineMs?: number; largestBytes?: number } = {}) =>
    createAdminApi({ address: shopifyAddress(shopify.url), tokens, version: '2026-10', ...more }).ask(
      SHOP,
      'query A($first: Int!) { a }',
      { first: 1 },
      signal,
    );
  const faultOf = async (answer: OddAnswer, more = {}): Promise<Fault> => {
    shopify.answer = () => answer;
    const fault: unknown = await ask(undefined, more).catch((error: unknown) => error);
    if (!(fault instanceof Fault)) throw new Error(`no fault: ${String(fault)}`);
    expect(JSON.stringify([fault.message, fault.stack, fault.cause])).not.toMatch(/shpat_/);
    return fault;
  };

  test('gets the token, the version, the query and its variables; data and cost are returned', async () => {
    shopify.answer = () => GOOD;
    const cost = { requested: 300, actual: 20, available: 100, maximum: 2000, restorePerSecond: 50 };
    expect(await ask()).toEqual({ data: { shop: { name: 'A' } }, cost });
    expect(shopify.asked).toEqual([
      {
        url: `/${SHOP}/admin/api/2026-10/graphql.json`,
        token: TOKEN,
        body: { query: 'query A($first: Int!) { a }', variables: { first: 1 } },
      },
    ]);
  });

  test('a refused token is renewed once', async () => {
    shopify.answer = ({ token: given }) => (given === TOKEN ? { status: 401 } : GOOD);
    await ask();
    expect([refused, shopify.asked.length]).toEqual([[TOKEN], 2]);
    expect((await faultOf({ status: 401 })).code).toBe('shopify_refused');
    expect(shopify.asked).toHaveLength(4);
  });

  test.each([402, 403, 404, 423])('%d is a refusal, and is not retried', async (status) => {
    expect((await faultOf({ status, body: { errors: TOKEN } })).code).toBe('shopify_refused');
    expect(shopify.asked).toHaveLength(1);
  });

  test('ACCESS_DENIED is a refusal', async () => {
    const errors = [{ message: `no scope for ${TOKEN}`, extensions: { code: 'ACCESS_DENIED' } }];
    expect((await faultOf({ body: { errors } })).message).toBe(
      'Shopify refused: ACCESS_DENIED: no scope for …',
    );
  });

  test.each([
    ['2.0', 2000],
    ['0.25', 250],
    ['', null],
    ['soon', null],
    ['-1', null],
  ])('429 with Retry-After %j is a pause of %j ms: the header is in seconds', async (header, ms) => {
    const fault = await faultOf({ status: 429, headers: { 'retry-after': header } });
    expect(fault).toBeInstanceOf(Throttled);
    expect((fault as Throttled).retryAfterMs).toBe(ms);
  });

  test('THROTTLED is a pause until the bucket has enough points for the query', async () => {
    const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }];
    const cost = { ...COST, actualQueryCost: null };
    const fault = (await faultOf({ body: { errors, extensions: { cost } } })) as Throttled;
    expect([fault.code, fault.retryAfterMs]).toEqual(['shopify_throttled', 4000]);
    const unknown = (await faultOf({ body: { errors } })) as Throttled;
    expect(unknown.retryAfterMs).toBeNull();
  });

  test.each<[string, OddAnswer, RegExp]>([
    ['500', { status: 500 }, /status 500/],
    ['503', { status: 503, headers: { 'retry-after': '2.0' } }, /status 503/],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /status 302/],
    ['an empty body', { body: '' }, /not JSON/],
    ['an HTML page', { body: '<html>Please wait</html>' }, /not JSON/],
    ['a list', { body: [] }, /not GraphQL/],
    ['null', { body: 'null' }, /not GraphQL/],
    ['no data', { body: {} }, /no data/],
    ['null data', { body: { data: null } }, /no data/],
    ['data and errors', { body: { data: { a: 1 }, errors: [{ message: 'Timeout' }] } }, /error: Timeout/],
    ['errors as text', { body: { errors: 'Not now' } }, /error: Not now/],
    ['invalid errors', { body: { errors: [7] } }, /not GraphQL/],
    ['half an answer', { ...GOOD, headers: { 'content-length': '100' }, cutAfter: 20 }, /broke off/],
  ])('%s is not a usable answer', async (_name, answer, words) => {
    const fault = await faultOf(answer);
    expect(fault.code).toBe('shopify_away');
    expect(fault.message).toMatch(words);
    expect(shopify.asked).toHaveLength(1);
  });

  test('a missing answer times out', async () => {
    expect((await faultOf({ silent: true }, { deadlineMs: 50 })).message).toMatch(/no answer within 50 ms/);
  });

  test('an answer that is too large is given up', async () => {
    const body = { data: 'x'.repeat(10_000) };
    expect((await faultOf({ body }, { largestBytes: 1000 })).message).toMatch(/larger than 1000 bytes/);
  });

  test('an unreachable server is shopify_away', async () => {
    const api = createAdminApi({ address: () => 'http://127.0.0.1:1/', tokens, version: '2026-10' });
    await expect(api.ask(SHOP, 'query', {})).rejects.toMatchObject({ code: 'shopify_away' });
  });

  test('the reason of an abort is thrown unchanged', async () => {
    shopify.answer = () => ({ silent: true });
    const stop = new AbortController();
    const asking = ask(stop.signal);
    stop.abort(new Error('the program stops'));
    await expect(asking).rejects.toThrow('the program stops');
  });
});
