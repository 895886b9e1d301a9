import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { SCHEDULE, type Wanted } from '../../src/persist/reconcile-store.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const HOUR_MS = 3_600_000;
const scheduled = (): Partial<Wanted> => ({ who: SCHEDULE, since: new Date(Date.now() - HOUR_MS) });

describe('an order that is here and unknown to Shopify', () => {
  let store: Reconciling;
  let order: FakeOrder;
  beforeEach(async () => {
    store = await Reconciling.start();
    await store.shop.sell(3);
    await store.settle();
    order = store.shop.orders[1] as FakeOrder;
    // The drains in these tests have an old clock; the journal must say that the events were applied just
    // now.
    await store.inside.collections.events.updateMany({}, { appliedAt: new Date() });
    store.shop.switch({ drop: 100 });
    store.shop.delete(order);
  });
  afterEach(() => store.stop());

  const held = async () =>
    (await store.inside.collections.orders.findById(keyOf(order.id)).lean<OrderDocument>()) as OrderDocument;
  const shop = async () => await store.inside.collections.shops.findById(SHOP).lean();
  const gone = () => [{ order: keyOf(order.id), what: 'gone', updatedAt: null }];

  test('is reported by every scheduled pass, and not changed', async () => {
    const { status } = await held();
    for (let i = 0; i < 2; i += 1) {
      const pass = await store.pass(scheduled());
      expect(pass).toMatchObject({ state: 'done', gone: 1, repaired: 0 });
      expect(pass.found).toMatchObject(gone());
      await store.drain();
      // Not because it changed recently: every pass asks for it until Shopify knows it or it is deleted.
      await store.inside.collections.events.updateMany({}, { appliedAt: new Date(0) });
      await store.inside.collections.shops.updateOne({ _id: SHOP }, { askedTo: `${SHOP}/9` });
    }
    expect((await held()).status).toBe(status);
    expect(await shop()).toMatchObject({ gone: [order.id] });
    expect(store.attention.at(-1)).toMatch(new RegExp(`^1 order here is unknown to Shopify: ${order.id}`));
  });

  test('is reported by a dry run, which writes nothing', async () => {
    const before = await store.counts();
    expect(await store.pass({ dryRun: true })).toMatchObject({ gone: 1, repaired: 0 });
    expect(await store.counts()).toEqual(before);
    expect(store.attention).toEqual([]);
  });

  test('is deleted by a pass that a person requested, and no longer reported', async () => {
    expect(await store.pass()).toMatchObject({ gone: 1, repaired: 1 });
    await store.drain();
    expect(await held()).toMatchObject({ status: 'cancelled' });
    expect((await held()).deletedAt).toEqual(expect.any(Date));
    expect(await store.pass(scheduled())).toMatchObject({ gone: 0, stuck: 0 });
    expect(store.attention.at(-1)).toBeNull();
    expect(await shop()).toMatchObject({ gone: [] });
  });

  test('is reported also if it never existed, and was created by a signed body of another shop', async () => {
    const other = store.shop.orders[0]?.rest() ?? {};
    const body = { ...other, id: 900_000_000_001, admin_graphql_api_id: 'gid://shopify/Order/900000000001' };
    store.shop.switch({ drop: 0 });
    store.shop.happen(order, 'orders/create', body);
    await store.settle();
    await store.inside.collections.events.updateMany({}, { appliedAt: new Date() });
    const pass = await store.pass(scheduled());
    expect(pass.found.map(({ order: key, what }) => [key, what])).toContainEqual([
      keyOf('900000000001'),
      'gone',
    ]);
  });

  test('is not judged if it is older than 60 days: apps cannot see such orders', async () => {
    const { orders } = store.inside.collections;
    await orders.updateOne(
      { _id: keyOf(order.id) },
      { $set: { createdAt: new Date('2026-01-01T00:00:00Z') } },
    );
    expect(await store.pass()).toMatchObject({ gone: 0 });
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes: ['read_all_orders'] });
    expect(await store.pass({ dryRun: true })).toMatchObject({ gone: 1 });
  });

  test.each(['internal_error', 'partial', 'wrong_types', 'null_data', 'cut_off', 'forbidden'] as const)(
    'is not deleted after an answer with %s',
    async (kind) => {
      const record = await store.ask();
      const { api } = store.tools;
      const ran = await store.run(record, {
        api: {
          ask: async (shopName, document, ...rest) => {
            if (document.includes('KnownOrders')) store.shop.troubles.add(kind);
            return await api.ask(shopName, document, ...rest);
          },
        },
      });
      expect(ran).toBe('failed');
      expect(await store.record(record)).toMatchObject({ gone: 0 });
      expect(await store.inside.redis.zcard(store.inside.keys.pending)).toBe(0);
    },
  );

  test('is not deleted if only one of two answers lacks it', async () => {
    const record = await store.ask();
    const { api } = store.tools;
    let asked = 0;
    await store.run(record, {
      api: {
        ask: async (shopName, document, variables, signal) => {
          const answer = await api.ask(shopName, document, variables, signal);
          if (!document.includes('KnownOrders') || (asked += 1) === 1) return answer;
          const { ids } = variables as { ids: string[] };
          return { ...answer, data: { nodes: ids.map((id) => ({ id })) } };
        },
      },
    });
    expect([asked, (await store.record(record)).gone]).toEqual([2, 0]);
  });

  test('is not deleted if most orders are unknown: then the answer is doubted', async () => {
    store.shop.switch({ drop: 0 });
    const sold = await store.shop.sell(12);
    await store.settle();
    store.shop.switch({ drop: 100 });
    for (const each of [...sold, ...store.shop.orders.slice()]) store.shop.delete(each);
    expect((await store.pass()).gone).toBe(15);
    expect(await store.inside.redis.zcard(store.inside.keys.pending)).toBe(0);
    expect((await shop())?.gone).toHaveLength(15);
  });
});
