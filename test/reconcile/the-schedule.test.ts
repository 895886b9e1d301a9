import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Reconciler } from '../../src/reconcile/reconciler.ts';
import { until } from '../support/until.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const MINUTES = 15;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('the reconciler', () => {
  let store: Reconciling;
  const started: Reconciler[] = [];
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.switch({ drop: 100 });
    await store.shop.sell(3, { from: ago(10) });
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
    await store.stop();
  });

  const start = (everyMinutes: number) => {
    const reconciler = new Reconciler(store.tools, everyMinutes);
    started.push(reconciler);
    reconciler.start();
  };
  const records = () => store.tools.store.list(undefined, null, 100);
  const ended = (count = 1) =>
    until(
      async () => (await records()).filter(({ endedAt }) => endedAt).length === count,
      20_000,
      'the passes',
    );

  test('runs a bulk pass over a shop that was never reconciled, only once even with two processes', async () => {
    start(MINUTES);
    start(MINUTES);
    await ended();
    expect(await records()).toMatchObject([
      { shop: SHOP, how: 'bulk', since: null, who: 'schedule', state: 'done', missing: 3 },
    ]);
    const shop = await store.inside.collections.shops.findById(SHOP).lean();
    expect(shop?.reconciledTo).toEqual((await records())[0]?.until);
  });

  test('runs a pass over a shop that is due, from where the last one ended, and over no other shop', async () => {
    const { shops } = store.inside.collections;
    const since = ago(MINUTES + 5);
    await shops.updateOne({ _id: SHOP }, { reconciledTo: since });
    const other = { installedAt: new Date(), scopes: [] };
    await shops.create({ _id: 'just.myshopify.com', state: 'installed', reconciledTo: ago(1), ...other });
    await shops.create({ _id: 'gone.myshopify.com', state: 'uninstalled', ...other });
    start(MINUTES);
    await ended();
    expect(await records()).toMatchObject([{ shop: SHOP, how: 'pages', since, state: 'done', missing: 3 }]);
  });

  test('with 0 minutes runs only requested passes', async () => {
    start(0);
    await store.ask({ dryRun: true });
    await ended();
    expect(await records()).toMatchObject([{ who: 'test', state: 'done', missing: 3 }]);
  });

  test('tries a failed shop again only when it is due', async () => {
    store.shop.troubles.add('forbidden', { times: Infinity });
    start(MINUTES);
    await ended();
    const due = (minutes: number) => store.tools.store.due(ago(minutes), 10);
    expect(await due(MINUTES)).toEqual([]);
    expect(await due(0)).toEqual([{ shop: SHOP, reconciledTo: null }]);
  });

  test('continues a pass that another process left', async () => {
    const record = await store.ask();
    await store.tools.store.begin(record._id);
    start(0);
    await ended();
    expect(await records()).toMatchObject([{ state: 'done', missing: 3 }]);
  });

  test('interrupts a waiting pass when the program stops, and leaves its record running', async () => {
    store.shop.troubles.add('too_many_requests', { times: Infinity });
    const record = await store.ask();
    const patient = {
      ...store.tools,
      settings: { patience: { firstMs: 60_000, longestMs: 60_000, tries: 9 } },
    };
    const reconciler = new Reconciler(patient, 0);
    reconciler.start();
    await until(() => store.shop.calls.queries > 0);
    await reconciler.stop();
    expect((await store.record(record)).state).toBe('running');
  });

  test('a pass over a window that starts too late leaves the gap before it to the schedule', async () => {
    const { shops } = store.inside.collections;
    await shops.updateOne({ _id: SHOP }, { reconciledTo: ago(120) });
    await store.pass({ since: ago(30), until: ago(1) });
    expect((await shops.findById(SHOP).lean())?.reconciledTo).toBeInstanceOf(Date);
    expect((await shops.findById(SHOP).lean())?.reconciledTo?.getTime()).toBeLessThan(ago(100).getTime());
    const pass = await store.pass({ since: ago(121), until: ago(1) });
    expect((await shops.findById(SHOP).lean())?.reconciledTo).toEqual(pass.until);
  });
});
