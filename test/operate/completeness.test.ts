import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCompletenessStore, type CompletenessStore } from '../../src/persist/completeness-store.ts';
import { createStatementSigner, isSignedWith, signedStatement } from '../../src/system/signed-statement.ts';
import { carryOutCheck, differingIn, EQUAL } from './check-records.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const SHOP = 'example.myshopify.com';
const OCTOBER = { from: '2026-10-01', to: '2026-10-31' };
const DAY_MS = 86_400_000;
const dayFromNow = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe('completeness checks over the API', () => {
  let dashboard: ServedDashboard;
  let store: CompletenessStore;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    store = createCompletenessStore(dashboard.collections, Date.now);
    const shop = { installedAt: new Date(), scopes: [] };
    await dashboard.collections.shops.create({ _id: SHOP, state: 'installed', ...shop });
    await dashboard.collections.shops.create({ _id: 'gone.myshopify.com', state: 'uninstalled', ...shop });
  });
  beforeEach(() => dashboard.collections.completeness.deleteMany({}));
  afterAll(() => dashboard.stop());

  const ask = (body: object = {}) =>
    dashboard.post('/api/completeness', { shop: SHOP, ...OCTOBER, reason: 'the month ended', ...body });
  const one = async (id: string) => (await dashboard.get(`/api/completeness/${id}`)).json;

  test('a check is requested and audited, and a sentence gives its result once it is done', async () => {
    const { status, json } = await ask();
    expect(status).toBe(200);
    expect(json).toMatchObject({ state: 'asked', isComplete: null, here: null, who: 'test' });
    expect(json.sentence).toBe('1–31 October 2026: not compared yet');
    const { entries } = (await dashboard.get('/api/audit?action=completeness.ask')).json as {
      entries: object[];
    };
    expect(entries).toMatchObject([
      { target: SHOP, reason: 'the month ended', outcome: 'done', detail: json.did },
    ]);
    await carryOutCheck(store, EQUAL);
    expect(await one(String(json.id))).toMatchObject({
      state: 'done',
      isComplete: true,
      zone: 'America/New_York',
      reconcileSince: null,
      sentence: '1–31 October 2026: 9,812 orders here, 9,812 at Shopify, compared on 2026-11-27 10:12 UTC',
    });
  });

  test('a difference names the days, the orders, and since when to reconcile', async () => {
    const { json } = await ask();
    await carryOutCheck(store, differingIn(SHOP));
    expect(await one(String(json.id))).toMatchObject({
      isComplete: false,
      reconcileSince: '2026-10-03T04:00:00.000Z',
      days: [{ day: '2026-10-03', here: 311, atShopify: 312 }],
      found: [{ order: `${SHOP}/7`, day: '2026-10-03', what: 'missing' }],
      sentence:
        '1–31 October 2026: 9,811 orders here, 9,812 at Shopify, different on 1 day, compared on 2026-11-27 10:12 UTC',
    });
  });

  test.each<[object, RegExp]>([
    [{ from: '2026-11-02', to: '2026-11-01' }, /must not be after to/],
    [{ from: '2025-01-01' }, /at most 366 days/],
    [{ to: dayFromNow(1) }, /must be before today/],
    [{ from: dayFromNow(30), to: dayFromNow(31) }, /must be before today/],
    [{ from: '2026-02-30' }, /from/],
    [{ from: '1 October' }, /must be a day/],
    [{ reason: 'x' }, /reason/],
    [{ shop: 'no shop' }, /shop/],
  ])('%j is a bad request that says why', async (body, because) => {
    const { status, json } = await ask(body);
    expect([status, JSON.stringify(json)]).toEqual([400, expect.stringMatching(because)]);
    expect(await store.open()).toEqual([]);
  });

  test('a shop that never installed, or has uninstalled, is refused', async () => {
    expect((await ask({ shop: 'other.myshopify.com' })).status).toBe(404);
    expect((await ask({ shop: 'gone.myshopify.com' })).status).toBe(409);
  });

  test('checks are listed newest first, page by page, of all shops or of one', async () => {
    const asked: string[] = [];
    for (const shop of [SHOP, 'b.myshopify.com', SHOP])
      asked.unshift((await store.ask({ shop, ...OCTOBER, who: 'ada', reason: 'x' }))._id);
    const ids = async (query: string) => {
      const { json } = await dashboard.get(`/api/completeness${query}`);
      return { ids: (json.checks as { id: string }[]).map(({ id }) => id), cursor: json.cursor };
    };
    const first = await ids('?limit=2');
    const second = await ids(`?limit=2&cursor=${String(first.cursor)}`);
    expect([...first.ids, ...second.ids].toSorted()).toEqual(asked.toSorted());
    expect((await ids('?shop=b.myshopify.com')).ids).toEqual([asked[1]]);
  });

  test('the statement is signed with a key that is derived from OPS_JWT_SECRET, and any change of it is noticed', async () => {
    const { json } = await ask();
    const place = `/api/completeness/${String(json.id)}/statement`;
    expect((await dashboard.get(place)).status).toBe(409);
    await carryOutCheck(store, EQUAL);
    const signed = signedStatement.parse((await dashboard.get(place)).json);
    const { deletedHere, testHere, here, atShopify, zone } = EQUAL;
    expect(signed.statement).toMatchObject({
      ...OCTOBER,
      shop: SHOP,
      here,
      atShopify,
      zone,
      deletedHere,
      testHere,
    });
    expect(signed.statement.by).toMatch(/^Lockstep \d+\.\d+\.\d+/);
    const { publicKey } = (await dashboard.get('/api/completeness/key')).json as { publicKey: string };
    expect(publicKey).toBe(createStatementSigner(JWT_SECRET).publicKey);
    expect(isSignedWith(signed, publicKey)).toBe(true);
    // Formatting the file, or reordering its keys, changes nothing.
    const turned = Object.fromEntries(Object.entries(signed.statement).toReversed());
    expect(isSignedWith({ ...signed, statement: turned as typeof signed.statement }, publicKey)).toBe(true);
    expect(isSignedWith({ ...signed, statement: { ...signed.statement, here: 9813 } }, publicKey)).toBe(
      false,
    );
    expect(isSignedWith(signed, createStatementSigner(`${JWT_SECRET}.`).publicKey)).toBe(false);
    expect(isSignedWith(signed, 'not a key')).toBe(false);
  });

  test.each([
    ['2026-10-31', '2026-10-31', '31 October 2026'],
    ['2026-09-30', '2026-10-02', '30 September – 2 October 2026'],
    ['2025-12-31', '2026-01-01', '31 December 2025 – 1 January 2026'],
  ])('%s to %s is called %s', async (from, to, period) => {
    expect((await ask({ from, to })).json.sentence).toBe(`${period}: not compared yet`);
  });

  test('a failed check has no statement; an unknown one does not exist', async () => {
    const { json } = await ask();
    await carryOutCheck(store, 'access is forbidden (403)');
    const id = String(json.id);
    expect(await one(id)).toMatchObject({
      state: 'failed',
      isComplete: null,
      sentence: '1–31 October 2026: not compared: access is forbidden (403)',
    });
    expect((await dashboard.get(`/api/completeness/${id}/statement`)).status).toBe(409);
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await dashboard.get(`/api/completeness/${unknown}`)).status).toBe(404);
    expect((await dashboard.get(`/api/completeness/${unknown}/statement`)).status).toBe(404);
  });
});
