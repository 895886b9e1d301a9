import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import { createCompletenessStore, type CompletenessStore } from '../../src/persist/completeness-store.ts';
import type { CompletenessDocument } from '../../src/persist/completeness-schema.ts';
import { CompletenessRunner, type CompletenessTools } from '../../src/reconcile/completeness-runner.ts';
import type { AdminApi } from '../../src/shop/admin-api.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling, SHOP } from './reconciling.ts';

/** The day on which clocks are put back in New York: it has 25 hours. */
const LONG_DAY = '2026-11-01';
const NEW_YORK = 'America/New_York';
/** Some weeks after that day. */
const NOW = Date.parse('2026-11-27T10:12:00Z');

describe('a completeness check', () => {
  let store: Reconciling;
  let checks: CompletenessStore;
  const runners: CompletenessRunner[] = [];
  beforeEach(async () => {
    store = await Reconciling.start();
    store.shop.zone = NEW_YORK;
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes: ['read_all_orders'] });
    store.shop.install(['read_orders', 'read_all_orders']);
    checks = createCompletenessStore(store.inside.collections, () => NOW);
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await store.stop();
  });

  const start = (changed: Partial<CompletenessTools> = {}): CompletenessRunner => {
    const { api, lock, metrics, log } = store.tools;
    const { collections } = store.inside;
    const patience = { firstMs: 5, longestMs: 20, tries: 3 };
    const now = () => NOW;
    const tools = { api, collections, store: checks, lock, metrics, log, now, patience };
    const runner = new CompletenessRunner({ ...tools, ...changed });
    runners.push(runner);
    runner.start();
    return runner;
  };
  const ask = (from: string, to = from) =>
    checks.ask({ shop: SHOP, from, to, who: 'ada', reason: 'a month' });
  const ended = async ({ _id }: CompletenessDocument): Promise<CompletenessDocument> => {
    let record: CompletenessDocument | null = null;
    await until(async () => (record = await checks.one(_id))?.endedAt !== null, 20_000, 'the check');
    return record as unknown as CompletenessDocument;
  };
  const compared = async (from: string, to = from) => {
    start();
    return await ended(await ask(from, to));
  };
  const soldAt = async (time: string): Promise<FakeOrder> => {
    const [order] = (await store.shop.sell(1, { from: new Date(time) })) as [FakeOrder];
    return order;
  };

  test('counts a day of 25 hours in the time zone of the shop', async () => {
    await soldAt('2026-11-01T03:59:59Z');
    await soldAt('2026-11-01T04:00:00Z');
    await soldAt('2026-11-02T04:59:00Z');
    await soldAt('2026-11-02T05:00:00Z');
    await store.settle();
    expect(await compared(LONG_DAY)).toMatchObject({
      state: 'done',
      zone: NEW_YORK,
      here: 2,
      atShopify: 2,
      deletedHere: 0,
      comparedAt: new Date(NOW),
      days: [],
      found: [],
    });
    expect(await ended(await ask('2026-10-31', '2026-11-02'))).toMatchObject({ here: 4, atShopify: 4 });
  });

  test('names the days that differ, and the orders that are missing on either side', async () => {
    await soldAt('2026-11-03T12:00:00Z');
    const gone = await soldAt('2026-11-04T12:00:00Z');
    const deleted = await soldAt('2026-11-05T12:00:00Z');
    await store.settle();
    const { orders } = store.inside.collections;
    await orders.updateOne({ _id: keyOf(deleted.id) }, { deletedAt: new Date(NOW) });
    store.shop.switch({ drop: 100 });
    const missing = await soldAt('2026-11-06T12:00:00Z');
    store.shop.delete(gone);
    const record = await compared(LONG_DAY, '2026-11-07');
    expect(record).toMatchObject({ here: 2, atShopify: 3, deletedHere: 1, daysNotListed: 0 });
    expect(record.days.map(({ day, here, atShopify }) => [day, here, atShopify])).toEqual([
      ['2026-11-04', 1, 0],
      ['2026-11-05', 0, 1],
      ['2026-11-06', 0, 1],
    ]);
    expect(record.days[0]?.startsAt).toEqual(new Date('2026-11-04T05:00:00Z'));
    expect(record.found).toEqual([
      { order: keyOf(gone.id), day: '2026-11-04', what: 'gone' },
      { order: keyOf(deleted.id), day: '2026-11-05', what: 'deleted' },
      { order: keyOf(missing.id), day: '2026-11-06', what: 'missing' },
    ]);
    // A reconciliation repairs what is missing.
    await store.pass({ since: record.days[0]?.startsAt ?? null });
    await store.drain();
    expect((await ended(await ask('2026-11-06'))).days).toEqual([]);
  });

  test('counts test orders separately, and orders that are deleted on both sides', async () => {
    const tried = await soldAt('2026-11-03T12:00:00Z');
    store.shop.change(tried, { test: true });
    const deleted = await soldAt('2026-11-03T13:00:00Z');
    await store.settle();
    store.shop.delete(deleted);
    await store.settle();
    expect(await compared('2026-11-03')).toMatchObject({
      here: 1,
      atShopify: 1,
      deletedHere: 1,
      testHere: 1,
      testAtShopify: 1,
      days: [],
    });
  });

  test('keeps the first hundred orders of a day', async () => {
    store.shop.switch({ drop: 100 });
    await store.shop.sell(120, { from: new Date('2026-11-03T12:00:00Z') });
    const record = await compared(LONG_DAY, '2026-11-05');
    expect([record.here, record.atShopify, record.found.length]).toEqual([0, 120, 100]);
  });

  test.each([
    ['today', '2026-11-27', /has not ended yet: the shop's time zone is America\/New_York/],
    ['the future', '2027-01-01', /has not ended yet/],
  ])('%s cannot be compared', async (_name, day, because) => {
    const record = await compared(day);
    expect([record.state, record.here]).toEqual(['failed', null]);
    expect(record.because).toMatch(because);
  });

  test('without read_all_orders, a period that Shopify shows only in part cannot be compared', async () => {
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes: [] });
    expect(await compared('2026-09-01')).toMatchObject({
      state: 'failed',
      because: expect.stringContaining('no orders older than 60 days'),
    });
  });

  test('a slow or throttling Shopify is waited for; a refusal ends the check and says why', async () => {
    await soldAt('2026-11-03T12:00:00Z');
    await store.settle();
    store.shop.troubles.add('throttled', { times: 1 });
    store.shop.troubles.add('internal_error', { times: 1 });
    expect(await compared('2026-11-03')).toMatchObject({ state: 'done', here: 1, atShopify: 1 });
    store.shop.troubles.add('forbidden', { times: 9 });
    expect(await ended(await ask('2026-11-03'))).toMatchObject({
      state: 'failed',
      here: null,
      because: expect.stringMatching(/403/),
    });
  });

  test('a check that fails unexpectedly is repeated for an hour, and then fails', async () => {
    let asked = 0;
    const broken: AdminApi = {
      ask: () => {
        asked += 1;
        return Promise.reject(new Error('something unexpected'));
      },
    };
    const check = await ask('2026-11-03');
    const first = start({ api: broken });
    await until(() => asked > 0);
    await first.stop();
    expect(await checks.one(check._id)).toMatchObject({ state: 'running', endedAt: null });
    start({ api: broken, now: () => NOW + 3_600_000 });
    expect(await ended(check)).toMatchObject({ state: 'failed', because: 'something unexpected' });
  });

  test('a check that began in a process that died is repeated by another one', async () => {
    await soldAt('2026-11-03T12:00:00Z');
    await store.settle();
    let asked = 0;
    const hanging: AdminApi = {
      ask: (_shop, _document, _variables, signal) => {
        asked += 1;
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    };
    const dying = start({ api: hanging });
    const check = await ask('2026-11-03');
    await until(() => asked > 0);
    expect((await checks.one(check._id))?.state).toBe('running');
    await dying.stop();
    start();
    expect(await ended(check)).toMatchObject({ state: 'done', here: 1, atShopify: 1 });
  });
});
