import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TroubleKind, TroubleOptions } from '../../testkit/fake-shopify/trouble.ts';
import { Reconciling, SHOP } from './reconciling.ts';

/** More failures than the three tries of these tests. */
const FOR_GOOD = { times: Infinity };

describe('a pass, when Shopify', () => {
  let store: Reconciling;
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.switch({ drop: 100 });
    await store.shop.sell(3);
  });
  afterEach(() => store.stop());

  test.each<[TroubleKind, RegExp]>([
    ['internal_error', /status 500/],
    ['bad_gateway', /status 502/],
    ['unavailable', /status 503/],
    ['not_json', /not JSON/],
    ['empty', /not JSON/],
    ['null_data', /INTERNAL_SERVER_ERROR/],
    ['partial', /TIMEOUT/],
    ['wrong_types', /changed orders: orders\.nodes\.0\.id/],
    ['wrong_shape', /changed orders: orders: /],
    ['cut_off', /broke off/],
  ])('always answers with %s: fails, says why, and applies nothing', async (trouble, because) => {
    store.shop.troubles.add(trouble, FOR_GOOD);
    const before = await store.counts();
    const record = await store.pass();
    expect(record).toMatchObject({ state: 'failed', checked: 0 });
    expect(record.because).toMatch(because);
    expect(store.shop.calls.queries).toBe(3);
    expect(await store.counts()).toEqual(before);
    // The merchant cannot fix an outage.
    expect(store.attention).toEqual([]);
    expect((await store.inside.collections.shops.findById(SHOP).lean())?.reconciledTo ?? null).toBeNull();
  });

  test.each<[TroubleKind, TroubleOptions]>([
    ['internal_error', { times: 2 }],
    ['throttled', {}],
    ['partial', {}],
    ['wrong_types', {}],
    ['cut_off', {}],
    ['slow', { ms: 50 }],
    ['unauthorized', {}],
  ])('answers with %s once: repairs everything', async (trouble, options) => {
    store.shop.troubles.add(trouble, options);
    expect(await store.pass()).toMatchObject({ state: 'done', checked: 3, missing: 3 });
    await store.drain();
    expect(await store.drift()).toEqual([]);
  });

  test.each<[TroubleKind, RegExp]>([
    ['payment_required', /402/],
    ['forbidden', /403/],
    ['not_found', /404/],
    ['locked', /423/],
    ['unauthorized', /401/],
  ])(
    'refuses with %s: fails immediately, and operators and the merchant see why',
    async (trouble, because) => {
      store.shop.troubles.add(trouble, FOR_GOOD);
      const record = await store.pass();
      expect(record).toMatchObject({ state: 'failed', checked: 0 });
      expect(record.because).toMatch(because);
      expect(store.attention).toEqual([`orders cannot be reconciled: ${record.because}`]);
      expect(store.shop.calls.queries).toBe(trouble === 'unauthorized' ? 2 : 1);

      store.shop.troubles.calm();
      expect((await store.pass()).state).toBe('done');
      expect(store.attention.at(-1)).toBeNull();
    },
  );

  test('refuses a dry run: only its record says so', async () => {
    store.shop.troubles.add('forbidden', FOR_GOOD);
    expect((await store.pass({ dryRun: true })).state).toBe('failed');
    expect(store.attention).toEqual([]);
  });

  test('lists correctly, but returns an invalid whole order: does not apply that page', async () => {
    const { api } = store.tools;
    const record = await store.ask();
    const ran = await store.run(record, {
      api: {
        ask: async (shop, document, ...rest) => {
          const answer = await api.ask(shop, document, ...rest);
          if (!document.includes('WholeOrders')) return answer;
          const { nodes } = answer.data as { nodes: object[] };
          return { ...answer, data: { nodes: [...nodes.slice(0, 2), { ...nodes[2], lineItems: null }] } };
        },
      },
    });
    expect(ran).toBe('failed');
    expect(await store.record(record)).toMatchObject({
      checked: 0,
      missing: 0,
      because: expect.stringMatching(/nodes\.2\.lineItems/) as unknown,
    });
    expect(await store.inside.redis.zcard(store.inside.keys.pending)).toBe(0);
  });

  test('returns other orders than requested: applies nothing', async () => {
    const { api } = store.tools;
    const record = await store.ask();
    await store.run(record, {
      api: {
        ask: async (shop, document, ...rest) => {
          const answer = await api.ask(shop, document, ...rest);
          if (!document.includes('WholeOrders')) return answer;
          return { ...answer, data: { nodes: (answer.data as { nodes: object[] }).nodes.toReversed() } };
        },
      },
    });
    expect((await store.record(record)).because).toMatch(/do not match the request/);
    expect(await store.inside.redis.zcard(store.inside.keys.pending)).toBe(0);
  });

  test('returns pages in a circle: ends', async () => {
    const record = await store.ask();
    const page = { orders: { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'the same' } } };
    await store.run(record, { api: { ask: () => Promise.resolve({ data: page, cost: null }) } });
    expect((await store.record(record)).because).toMatch(/the cursor does not move/);
  });

  test('asks for a pause until tomorrow: fails, and leaves it to the schedule', async () => {
    const record = await store.ask();
    const { Throttled } = await import('../../src/shop/admin-api.ts');
    const ask = () => Promise.reject(new Throttled('429', 86_400_000));
    expect(await store.run(record, { api: { ask } })).toBe('failed');
  });
});
