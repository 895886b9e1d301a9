import { describe, expect, test } from '@jest/globals';
import type { FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';
import { createThrottledApi } from '../../src/reconcile/throttled-api.ts';
import { QueryBudget } from '../../src/shop/query-budget.ts';
import type { AdminApi, AdminAnswer } from '../../src/shop/admin-api.ts';
import { Throttled } from '../../src/shop/admin-api.ts';
import { Fault } from '../../src/system/errors.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const cost = (more: object = {}) => ({
  requested: 100,
  actual: 10,
  available: 2000,
  maximum: 2000,
  restorePerSecond: 1000,
  ...more,
});
const going = new AbortController().signal;

describe("a shop's points", () => {
  test('a query requests as many items as fit into half the bucket', () => {
    const points = new QueryBudget();
    points.learn('orders', 10, cost({ requested: 1000 }));
    expect(points.itemsOf('orders', 1, 100)).toBe(10);
    expect(points.itemsOf('other orders', 20, 100)).toBe(50);
    expect(points.itemsOf('other orders', 2000, 100)).toBe(1);
    expect(points.itemsOf('orders', 1, 5)).toBe(5);
  });

  test('a query waits until it leaves half the bucket', async () => {
    const points = new QueryBudget();
    points.learn('orders', 1, cost({ available: 1000 }));
    const began = performance.now();
    await points.untilAffordable('orders', 1, 1, going);
    // 100 points at 1000 per second.
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  test('waiting ends when the program stops', async () => {
    const points = new QueryBudget();
    points.learn('orders', 1, cost({ available: 0, restorePerSecond: 0.001 }));
    const stop = new AbortController();
    const waiting = points.untilAffordable('orders', 1, 1, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });

  test.each<[string, Partial<FakeShopifyOptions>]>([
    ['with the smallest bucket of any plan', { points: { maximum: 1000, restorePerSecond: 500 } }],
    ['with the stricter rule of one point per object', { pageSizing: (count) => count }],
  ])('%s: no query is throttled, and none is too large', async (_name, options) => {
    const store = await Reconciling.start({ points: { maximum: 2000, restorePerSecond: 2000 }, ...options });
    try {
      store.shop.switch({ drop: 100 });
      await store.shop.sell(40);
      expect(await store.pass()).toMatchObject({ state: 'done', missing: 40 });
      expect(store.shop.calls.throttled).toBe(0);
    } finally {
      await store.stop();
    }
  });

  test('if others empty the bucket, the pass is throttled, waits, and finishes', async () => {
    const store = await Reconciling.start({ points: { maximum: 2000, restorePerSecond: 2000 } });
    try {
      store.shop.switch({ drop: 100 });
      await store.shop.sell(5);
      store.shop.troubles.add('throttled', { times: 2 });
      expect(await store.pass()).toMatchObject({ state: 'done', missing: 5 });
      expect(store.shop.calls.throttled).toBe(2);
      const metrics = await store.inside.metrics.registry.getSingleMetricAsString(
        'lockstep_reconcile_throttled_total',
      );
      expect(metrics).toMatch(/ 2$/m);
    } finally {
      await store.stop();
    }
  });
});

describe('an asker', () => {
  const answer: AdminAnswer = { data: 'well', cost: null };
  /** An asker whose API gives these answers, one after the other. */
  const asking = (answers: (AdminAnswer | Error)[], tries = 4) => {
    const at: number[] = [];
    const api: AdminApi = {
      ask: () => {
        at.push(performance.now());
        const next = answers.shift() ?? answer;
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
    };
    const patience = { firstMs: 20, longestMs: 40, tries };
    const query = {
      kind: 'a',
      document: '',
      variables: {},
      items: 1,
      estimate: 1,
      read: (data: unknown) => data,
    };
    const ask = () =>
      createThrottledApi(SHOP, { api, patience, onThrottled: () => undefined }, going).ask(query);
    return { ask, pauses: () => at.slice(1).map((time, i) => time - (at[i] ?? 0)) };
  };

  test('pauses for at least as long as Shopify says', async () => {
    const { ask, pauses } = asking([new Throttled('429', 150)]);
    expect(await ask()).toBe('well');
    expect(pauses()[0]).toBeGreaterThan(145);
  });

  test('doubles its pauses if Shopify does not say how long', async () => {
    const { ask, pauses } = asking([
      new Throttled('429', null),
      new Fault('shopify_away', '500'),
      new Fault('shopify_away', '500'),
    ]);
    expect(await ask()).toBe('well');
    const [first = 0, second = 0, third = 0] = pauses();
    expect([first > 18, second > 38, third > 38]).toEqual([true, true, true]);
  });

  test('does not retry after a refusal, and gives up other failures after its last try', async () => {
    const refused = asking([new Fault('shopify_refused', '403')]);
    await expect(refused.ask()).rejects.toMatchObject({ code: 'shopify_refused' });
    expect(refused.pauses()).toEqual([]);
    const away = asking(Array.from({ length: 9 }, () => new Fault('shopify_away', '500')));
    await expect(away.ask()).rejects.toMatchObject({ code: 'shopify_away' });
    expect(away.pauses()).toHaveLength(3);
  });
});
