import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TroubleKind } from '../../testkit/fake-shopify/trouble.ts';
import { isSent, TOPICS, type Topic } from '../../src/order/topics.ts';
import { createAdminApi } from '../../src/shop/admin-api.ts';
import { createShopStore } from '../../src/persist/shop-store.ts';
import { createShopChecks } from '../../src/persist/shop-checks.ts';
import { ALL_SCOPES, API_VERSION, shopifyAddress } from '../../src/shop/shopify.ts';
import { SubscriptionCheck } from '../../src/shop/subscription-check.ts';
import { doubledTopics, missingTopics } from '../../src/shop/subscriptions.ts';
import { TOPICS_BY_SCOPE, TOPICS_WITHOUT_SCOPE } from '../../src/shop/topics-by-scope.ts';
import { silent } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { OddShopify } from './odd-shopify.ts';
import { ServedApp, SHOP } from './served-app.ts';

const HOUR_MS = 3_600_000;

describe('topics by scope', () => {
  test('are those of shopify.app.toml, group by group', () => {
    const toml = readFileSync('src/shop/shopify.app.toml', 'utf8');
    const groups = [
      ...toml.matchAll(/^# ([\w ]+)\.?\n\[\[webhooks\.subscriptions\]\]\ntopics = \[([^\]]*)\]/gm),
    ].map(([, scope, list = '']) => [scope, [...list.matchAll(/"([^"]+)"/g)].map(([, topic]) => topic)]);
    expect(Object.fromEntries(groups)).toEqual({
      'No scope needed': TOPICS_WITHOUT_SCOPE,
      ...TOPICS_BY_SCOPE,
    });
  });

  test('are all topics that are handled, each once', () => {
    const sent = (Object.keys(TOPICS) as Topic[]).filter(isSent);
    expect(Object.values(TOPICS_BY_SCOPE).flat().toSorted()).toEqual(sent.toSorted());
  });

  test.each([
    ['all is granted', ALL_SCOPES, ALL_SCOPES, []],
    ['a write scope includes reading', ['read_draft_orders'], ['write_draft_orders'], []],
    [
      'one is not granted',
      ALL_SCOPES,
      ALL_SCOPES.slice(0, -1),
      TOPICS_BY_SCOPE.read_shopify_payments_disputes,
    ],
    ['scopes that were not requested are not missing', ['read_orders'], ['read_orders'], []],
    ['nothing is granted', ['write_orders', 'read_themes'], [], TOPICS_BY_SCOPE.read_orders],
  ])('%s', (_what, asked, granted, missing) => {
    expect(missingTopics(asked, granted)).toEqual(missing);
  });
});

describe("a shop's subscriptions", () => {
  let served: ServedApp;
  let nowMs: number;
  const checks: SubscriptionCheck[] = [];
  beforeEach(async () => {
    served = await ServedApp.start();
    nowMs = Date.now() + 1000;
  });
  afterEach(async () => {
    await Promise.all(checks.splice(0).map((each) => each.stop()));
    await served.stop();
  });

  const shops = () => served.inside.collections.shops;
  const record = () => shops().findById(SHOP).lean();
  const found = async () => (await record())?.subscriptions;
  function check(lookEveryMs?: number): SubscriptionCheck {
    const address = shopifyAddress(served.shopify.url);
    const api = createAdminApi({ address, tokens: served.app.tokens, version: API_VERSION });
    const tools = {
      api,
      checks: createShopChecks(served.inside.collections),
      scopes: ALL_SCOPES,
      log: silent,
      now: () => nowMs,
    };
    const made = new SubscriptionCheck({ ...tools, ...(lookEveryMs ? { lookEveryMs } : {}) });
    checks.push(made);
    return made;
  }
  async function installed(scopes = ALL_SCOPES): Promise<void> {
    served.shop.install(scopes);
    await served.state();
  }

  test('are checked after the install: duplicate and missing topics are stored, and nothing is deleted', async () => {
    await installed(ALL_SCOPES.filter((scope) => scope !== 'read_returns'));
    served.shop.subscribe('orders/updated');
    served.shop.subscribe('app/uninstalled');
    served.shop.subscribe('products/update');
    check(10).start();
    await until(async () => (await found()) !== null);
    expect(await found()).toEqual({
      checkedAt: new Date(nowMs),
      missing: TOPICS_BY_SCOPE.read_returns,
      doubled: ['orders/updated', 'app/uninstalled'],
    });
    expect(served.shop.subscriptions).toHaveLength(3);
  });

  test('are read page by page', async () => {
    await installed();
    for (let i = 0; i < 130; i += 1) served.shop.subscribe('products/update');
    served.shop.subscribe('refunds/create');
    await check().round();
    expect((await found())?.doubled).toEqual(['refunds/create']);
    // One query for the scopes, and two pages.
    expect(served.shop.calls.queries).toBe(3);
  });

  test('are checked once an hour, however many processes do it', async () => {
    await installed();
    await Promise.all([check().round(), check().round(), check().round()]);
    await check().round();
    expect(served.shop.calls.queries).toBe(2);
    served.shop.subscribe('orders/paid');
    nowMs += HOUR_MS;
    await Promise.all([check().round(), check().round()]);
    expect(served.shop.calls.queries).toBe(4);
    expect(await found()).toEqual({ checkedAt: new Date(nowMs), missing: [], doubled: ['orders/paid'] });
  });

  test('are checked at once when the merchant grants other scopes', async () => {
    await installed();
    await check().round();
    const granted = ALL_SCOPES.slice(0, 1);
    served.shop.install(granted);
    await createShopStore(served.inside.collections).scopesChanged(SHOP);
    await check().round();
    expect(await record()).toMatchObject({ scopes: granted, scopesAt: new Date(nowMs) });
    expect((await found())?.missing).toHaveLength(
      Object.values(TOPICS_BY_SCOPE).flat().length - TOPICS_BY_SCOPE.read_orders.length,
    );
  });

  test('do not change if a webhook about changed scopes was not true', async () => {
    await installed();
    await createShopStore(served.inside.collections).scopesChanged(SHOP);
    await check().round();
    expect((await record())?.scopes).toEqual(ALL_SCOPES);
    expect((await found())?.missing).toEqual([]);
  });

  test('are checked again after five minutes if Shopify did not answer', async () => {
    await installed();
    await check().round();
    const granted = ALL_SCOPES.slice(0, 2);
    served.shop.install(granted);
    await createShopStore(served.inside.collections).scopesChanged(SHOP);
    served.shop.troubles.add('unavailable', { times: 1 });
    await check().round();
    await check().round();
    expect((await record())?.scopes).toEqual(ALL_SCOPES);
    nowMs += 300_000;
    await check().round();
    expect((await record())?.scopes).toEqual(granted);
  });

  test('are checked only once an hour if the shop has no token', async () => {
    await installed();
    await check().round();
    await served.inside.collections.sessions.deleteMany({});
    await createShopStore(served.inside.collections).scopesChanged(SHOP);
    const before = served.shop.calls.queries;
    await check().round();
    nowMs += 300_000;
    await check().round();
    expect(served.shop.calls.queries).toBe(before);
    expect((await record())?.scopes).toEqual(ALL_SCOPES);
  });

  test('are not checked if the shop has uninstalled', async () => {
    await installed();
    await shops().updateOne({ _id: SHOP }, { state: 'uninstalled' });
    await check().round();
    expect(served.shop.calls.queries).toBe(0);
  });

  test.each<[string, TroubleKind, number]>([
    ['the token is refused', 'unauthorized', 2],
    ['access is forbidden', 'forbidden', 1],
    ['Shopify asks for a pause', 'throttled', 1],
    ['429', 'too_many_requests', 1],
    ['Shopify is down', 'unavailable', 1],
    ['the answer is not JSON', 'not_json', 1],
    ['the answer has no data', 'null_data', 1],
    ['the answer is incomplete', 'partial', 1],
    ['the answer has wrong types', 'wrong_types', 1],
    ['the answer breaks off', 'cut_off', 1],
  ])('%s: the stored result is kept until the next check', async (_what, kind, times) => {
    await installed();
    await check().round();
    const known = await found();
    served.shop.subscribe('orders/paid');
    nowMs += HOUR_MS;
    served.shop.troubles.add(kind, { times });
    await check().round();
    await check().round();
    expect(await found()).toEqual(known);
    // After a pause, the bucket needs some time to refill.
    await until(async () => {
      nowMs += HOUR_MS;
      await check().round();
      return (await found())?.doubled[0] === 'orders/paid';
    });
  });
});

describe("the Admin API's list of subscriptions", () => {
  let odd: OddShopify;
  beforeEach(async () => {
    odd = await OddShopify.start();
  });
  afterEach(() => odd.stop());
  const tokens = { of: () => Promise.resolve('t'), refused: () => Promise.resolve() };
  const ask = () =>
    doubledTopics(
      SHOP,
      createAdminApi({ address: shopifyAddress(odd.url), tokens, version: API_VERSION }),
      new AbortController().signal,
    );
  const list = (nodes: unknown, pageInfo: unknown) => ({
    body: { data: { webhookSubscriptions: { nodes, pageInfo } } },
  });

  test.each([
    ['without nodes', { body: { data: {} } }],
    ['with a topic that is not a text', list([{ topic: 1 }], { hasNextPage: false })],
    ['with a next page but no cursor', list([], { hasNextPage: true })],
  ])('%s is refused', async (_what, answer) => {
    odd.answer = () => answer;
    await expect(ask()).rejects.toMatchObject({ code: 'shopify_away' });
    expect(odd.asked).toHaveLength(1);
  });

  test('that never ends is given up', async () => {
    odd.answer = () => list([{ topic: 'ORDERS_PAID' }], { hasNextPage: true, endCursor: 'again' });
    await expect(ask()).rejects.toMatchObject({ code: 'shopify_away' });
    expect(odd.asked).toHaveLength(20);
  });

  test('may have topics that are not ours or unknown', async () => {
    odd.answer = () => list([{ topic: 'PRODUCTS_UPDATE' }, { topic: '__PROTO__' }], { hasNextPage: false });
    expect(await ask()).toEqual([]);
  });
});
