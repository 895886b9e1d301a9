import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReconcileStore, type ReconcileStore } from '../../src/persist/reconcile-store.ts';
import { ServedDashboard } from './served-dashboard.ts';

const SHOP = 'example.myshopify.com';
const HOUR_MS = 3_600_000;

describe('reconciliation passes over the API', () => {
  let dashboard: ServedDashboard;
  let store: ReconcileStore;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    store = createReconcileStore(dashboard.collections, Date.now);
    const shop = { installedAt: new Date(), scopes: [] };
    await dashboard.collections.shops.create({ _id: SHOP, state: 'installed', ...shop });
    await dashboard.collections.shops.create({ _id: 'gone.myshopify.com', state: 'uninstalled', ...shop });
  });
  beforeEach(() => dashboard.collections.reconciles.deleteMany({}));
  afterAll(() => dashboard.stop());

  const ask = (body: object) => dashboard.post('/api/reconciles', { shop: SHOP, reason: 'to look', ...body });
  const acts = async () => (await dashboard.get('/api/audit?action=reconcile.ask')).json.entries as object[];

  test('a pass is a dry run by default, and a dry run is not audited', async () => {
    const { status, json } = await ask({ since: '2h' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      shop: SHOP,
      how: 'pages',
      dryRun: true,
      state: 'asked',
      who: 'test',
      found: [],
    });
    const since = Date.parse(String(json.since));
    const until = Date.parse(String(json.until));
    expect(until - since).toBe(2 * HOUR_MS - 120_000);
    expect(await acts()).toEqual([]);
    expect(await store.open()).toMatchObject([{ _id: json.id, dryRun: true }]);
    expect((await dashboard.get(`/api/reconciles/${String(json.id)}`)).json).toEqual(
      Object.fromEntries(Object.entries(json).filter(([name]) => name !== 'did')),
    );
  });

  test('a pass that repairs is audited, with its reason', async () => {
    const { json } = await ask({ all: true, dryRun: false });
    expect(json).toMatchObject({ how: 'bulk', since: null, dryRun: false });
    expect(await acts()).toMatchObject([
      { action: 'reconcile.ask', target: SHOP, reason: 'to look', outcome: 'done', detail: json.did },
    ]);
  });

  test.each<[object, RegExp]>([
    [{}, /give either since or all/],
    [{ since: '2h', all: true }, /give either since or all/],
    [{ since: 'yesterday' }, /since/],
    [{ since: '1min' }, /more than two minutes ago/],
    [{ since: '999999d' }, /since/],
    [{ since: '2h', shop: 'no shop' }, /shop/],
    [{ since: '2h', reason: '' }, /reason/],
    [{ since: '2h', dryrun: false }, /dryrun: unknown parameter/],
  ])('%j is a bad request that says why', async (body, because) => {
    const { status, json } = await ask(body);
    expect(status).toBe(400);
    expect(json.detail).toMatch(because);
    expect(await store.open()).toEqual([]);
  });

  test('a shop that never installed, or has uninstalled, is refused', async () => {
    expect((await ask({ since: '2h', shop: 'other.myshopify.com' })).status).toBe(404);
    expect((await ask({ since: '2h', shop: 'gone.myshopify.com' })).status).toBe(409);
  });

  test('passes are listed newest first, page by page, of all shops or of one', async () => {
    const asked: string[] = [];
    for (const shop of [SHOP, 'b.myshopify.com', SHOP, SHOP, SHOP]) {
      const wanted = {
        shop,
        how: 'pages',
        since: null,
        until: new Date(),
        dryRun: true,
        who: 'test',
        reason: 'x',
      } as const;
      asked.unshift((await store.ask(wanted))._id);
    }
    const ids = async (place: string) => {
      const { json } = await dashboard.get(place);
      return {
        ids: (json.reconciles as { id: string }[]).map(({ id }) => id),
        cursor: json.cursor as string | null,
      };
    };
    expect((await ids('/api/reconciles')).ids.toSorted()).toEqual(asked.toSorted());
    expect((await ids('/api/reconciles?shop=b.myshopify.com')).ids).toEqual([asked[3]]);
    const first = await ids('/api/reconciles?limit=3');
    const second = await ids(`/api/reconciles?limit=3&cursor=${first.cursor}`);
    expect([...first.ids, ...second.ids].toSorted()).toEqual(asked.toSorted());
    expect(second.cursor).toBeNull();
    expect((await dashboard.get('/api/reconciles?cursor=x')).status).toBe(400);
  });

  test('a pass is aborted once, and that is audited', async () => {
    const { json } = await ask({ since: '2h' });
    const place = `/api/reconciles/${String(json.id)}/abort`;
    const aborted = await dashboard.post(place, { reason: 'wrong shop' });
    expect(aborted.json).toMatchObject({ state: 'aborted', because: 'aborted by test' });
    expect((await dashboard.post(place, { reason: 'again' })).status).toBe(409);
    const { entries } = (await dashboard.get('/api/audit?action=reconcile.abort')).json as {
      entries: object[];
    };
    expect(entries).toMatchObject([{ outcome: 'refused' }, { outcome: 'done', reason: 'wrong shop' }]);
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await dashboard.post(`/api/reconciles/${unknown}/abort`, { reason: 'none' })).status).toBe(404);
    expect((await dashboard.get(`/api/reconciles/${unknown}`)).status).toBe(404);
  });
});
