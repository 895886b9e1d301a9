import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Reconciling } from '../reconcile/reconciling.ts';

const ORDERS = 5000;
/** Orders of which no webhook arrives. Of a few others, every snapshot is dropped. */
const UNHEARD = 20;
/** Orders that are also shipped and refunded, or cancelled. The others end paid, which takes less time here. */
const WHOLE_LIVES = 500;
/** A pass costs six times what it holds. It refills fast, so that the test does not wait for long. */
const BUCKET = { maximum: 2000, restorePerSecond: 4000 };
/** Snapshots have everything except transactions. Webhooks of other parts would only take longer. */
const TOPICS = ['orders/create', 'orders/updated', 'orders/cancelled', 'order_transactions/create'];

describe('5,000 orders, with 3 % of the webhooks dropped and 3 % late', () => {
  let store: Reconciling;
  beforeAll(async () => {
    store = await Reconciling.start({ topics: TOPICS, points: BUCKET });
    store.shop.switch({ drop: 3, delay: 3 });
    await store.shop.sell(WHOLE_LIVES);
    await store.shop.sell(ORDERS - WHOLE_LIVES - UNHEARD, { ending: 'paid' });
    store.shop.switch({ drop: 100, delay: 0 });
    await store.shop.sell(UNHEARD);
    store.shop.switch({ drop: 0 });
    await store.settle();
  }, 600_000);
  afterAll(() => store.stop());

  test('a dry run finds the drift and writes nothing; a pass repairs it within its budget; a second finds nothing', async () => {
    const drifted = await store.drift();
    expect(drifted.length).toBeGreaterThan(UNHEARD + 50);
    const missing =
      ORDERS - (await store.inside.collections.orders.countDocuments({ snapshot: { $ne: null } }));
    expect(missing).toBeGreaterThanOrEqual(UNHEARD);
    const before = await store.counts();

    const dry = await store.pass({ dryRun: true });
    expect(dry).toMatchObject({ state: 'done', checked: ORDERS, missing });
    expect(dry.missing + dry.stale).toBe(drifted.length);
    // Orders that lack a transaction and are otherwise equal to Shopify's.
    expect(dry.differs).toBeGreaterThan(0);
    expect(dry.found).toHaveLength(100);
    expect(await store.counts()).toEqual(before);
    expect(await store.drift()).toEqual(drifted);

    let lowest = BUCKET.maximum;
    const { api } = store.tools;
    const asked = await store.ask();
    await store.run(asked, {
      api: {
        ask: async (...query) => {
          const answer = await api.ask(...query);
          lowest = Math.min(lowest, answer.cost?.available ?? 0);
          return answer;
        },
      },
    });
    await store.drain();
    const pass = await store.record(asked);
    expect(pass).toMatchObject({
      state: 'done',
      checked: ORDERS,
      missing,
      stale: dry.stale,
      differs: dry.differs,
    });
    expect(await store.drift()).toEqual([]);
    expect(store.shop.calls.throttled).toBe(0);
    expect(lowest).toBeGreaterThanOrEqual(BUCKET.maximum / 2);
    expect(pass.points + dry.points).toBe(store.shop.calls.points);
    const shop = await store.inside.collections.shops.findById(pass.shop).lean();
    expect(shop).toMatchObject({ repaired: drifted.length + dry.differs, reconciledTo: pass.until });

    const again = await store.counts();
    expect(await store.pass()).toMatchObject({
      state: 'done',
      checked: ORDERS,
      missing: 0,
      stale: 0,
      differs: 0,
      stuck: 0,
      gone: 0,
      found: [],
    });
    expect(await store.counts()).toEqual(again);
    expect(await store.inside.collections.parked.countDocuments({})).toBe(0);
  }, 600_000);
});
