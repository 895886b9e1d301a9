import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Reconciler } from '../../src/reconcile/reconciler.ts';
import type { ReconcileTools } from '../../src/reconcile/reconcile-tools.ts';
import type { AdminApi } from '../../src/shop/admin-api.ts';
import { Throttled } from '../../src/shop/admin-api.ts';
import { until } from '../support/until.ts';
import { Reconciling } from './reconciling.ts';

/** Twice as many as shops that are reconciled at once. */
const WAITING = 8;
const HOUR_MS = 3_600_000;
const RUNNING = { data: { node: { status: 'RUNNING', objectCount: '0', url: null } }, cost: null };
const EMPTY = {
  data: { orders: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } },
  cost: null,
};

describe('a pass that waits for Shopify', () => {
  let store: Reconciling;
  const started: Reconciler[] = [];
  beforeEach(async () => {
    store = await Reconciling.start();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
    await store.stop();
  });

  const start = (tools: Partial<ReconcileTools>) => {
    const reconciler = new Reconciler({ ...store.tools, ...tools }, 0);
    started.push(reconciler);
    reconciler.start();
  };
  const shopNamed = (name: string) => `${name}.myshopify.com`;
  const asked = async (how: 'bulk' | 'pages', count: number) => {
    for (let i = 0; i < count; i += 1) await store.ask({ shop: shopNamed(`${how}${i}`), how });
  };
  const states = async () =>
    (await store.tools.store.list(undefined, null, 100)).map(({ shop, state }) => `${shop} ${state}`);

  test('for a bulk operation does not block other shops', async () => {
    const api: AdminApi = {
      ask: (_shop, document) => {
        if (!document.includes('Bulk')) return Promise.resolve(EMPTY);
        const begun = { bulkOperationRunQuery: { bulkOperation: { id: 'gid://one' }, userErrors: [] } };
        return Promise.resolve(document.includes('BulkRun') ? { data: begun, cost: null } : RUNNING);
      },
    };
    await asked('bulk', WAITING);
    await asked('pages', 2);
    start({ api });
    await until(async () => (await states()).filter((each) => each.endsWith(' done')).length === 2);
    expect((await states()).filter((each) => each.endsWith(' running'))).toHaveLength(WAITING);
    const metrics = await store.inside.metrics.registry.getSingleMetricAsString('lockstep_reconciles_total');
    expect(metrics).not.toMatch(/waiting/);
  });

  test('because of a long pause does not block other shops, and is not continued earlier', async () => {
    let pauses = 0;
    const api: AdminApi = {
      ask: (shop) => {
        if (!shop.startsWith('bulk')) return Promise.resolve(EMPTY);
        pauses += 1;
        return Promise.reject(new Throttled('429', 60_000));
      },
    };
    await asked('bulk', WAITING);
    await asked('pages', 2);
    start({ api });
    await until(async () => (await states()).filter((each) => each.endsWith(' done')).length === 2);
    expect(pauses).toBeLessThanOrEqual(WAITING);
  });

  test('continues where it was when the bulk operation has ended', async () => {
    store.shop.switch({ drop: 100 });
    await store.shop.sell(3);
    const record = await store.ask({ how: 'bulk' });
    const { api } = store.tools;
    const slow: AdminApi = {
      ask: async (shop, document, ...rest) =>
        document.includes('BulkState') ? RUNNING : await api.ask(shop, document, ...rest),
    };
    expect(await store.run(record, { api: slow })).toBe('waiting');
    const { cursor } = await store.record(record);
    expect(cursor).toMatch(/^gid:\/\/shopify\/BulkOperation\/\d+ 0$/);
    await until(async () => (await store.run(record)) === 'done');
    expect(await store.record(record)).toMatchObject({ how: 'bulk', checked: 3, missing: 3 });
  });

  test('continues by pages after the deadline, and cancels its bulk operation', async () => {
    store.shop.switch({ drop: 100 });
    await store.shop.sell(3);
    const record = await store.ask({ how: 'bulk' });
    const { api } = store.tools;
    const cancelled: object[] = [];
    const slow: AdminApi = {
      ask: async (shop, document, variables, signal) => {
        if (document.includes('BulkState')) return RUNNING;
        if (document.includes('BulkCancel')) cancelled.push(variables);
        return await api.ask(shop, document, variables, signal);
      },
    };
    expect(await store.run(record, { api: slow })).toBe('waiting');
    const now = () => Date.now() + 7 * HOUR_MS;
    expect(await store.run(record, { api: slow, now })).toBe('done');
    expect(cancelled).toHaveLength(1);
    expect(await store.record(record)).toMatchObject({ how: 'pages', checked: 3, missing: 3 });
  });

  test('for hours fails in the end', async () => {
    const record = await store.ask();
    const api: AdminApi = { ask: () => Promise.reject(new Throttled('429', 60_000)) };
    expect(await store.run(record, { api })).toBe('waiting');
    expect(await store.run(record, { api, now: () => Date.now() + 7 * HOUR_MS })).toBe('failed');
    expect((await store.record(record)).because).toMatch(/429/);
  });

  test('the delay of the most overdue shop is a metric', async () => {
    const { shops } = store.inside.collections;
    await shops.updateMany({}, { reconciledTo: new Date(Date.now() - 3 * HOUR_MS) });
    const reconciler = new Reconciler(store.tools, 1440);
    started.push(reconciler);
    reconciler.start();
    const behind = async () => {
      const text = await store.inside.metrics.registry.getSingleMetricAsString(
        'lockstep_reconcile_behind_seconds',
      );
      return Number(/ (\d+)/.exec(text.split('\n').at(-1) ?? '')?.[1]);
    };
    await until(async () => (await behind()) > 0);
    expect(await behind()).toBeGreaterThanOrEqual(10_800);
  });
});
