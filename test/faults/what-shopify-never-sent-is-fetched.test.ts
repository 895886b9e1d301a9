import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import type { Reconcile } from '../../src/operate/shapes/reconcile.ts';
import { driftOf } from '../support/drift.ts';
import { StackWithShopify } from '../support/stack-with-shopify.ts';
import { until } from '../support/until.ts';
import { runOps } from '../ops/run-ops.ts';

const ORDERS = 300;
/** No webhook of it arrives. */
const UNHEARD = 15;
/** A pass ignores the last two minutes, for webhooks on their way, and overlaps by ten minutes. */
const AGO_MS = 5 * 60_000;
const EVERY_MINUTES = 2;
/** The schedule's turn, a dead process's lock, and a margin. */
const TURN_MS = 150_000;

/** P6: webhooks that were dropped or came late, with real programs, of which one is killed during a pass. */
describe('orders that Shopify did not report completely', () => {
  let world: StackWithShopify;
  let shop: FakeShop;
  let drifted: string[];
  beforeAll(async () => {
    world = await StackWithShopify.start(
      { connections: 20 },
      { RECONCILE_EVERY_MINUTES: `${EVERY_MINUTES}` },
    );
    shop = world.shopify.shop('forgetful.myshopify.com');
    shop.install(ALL_SCOPES);
    expect(await world.open(shop)).toMatchObject({ connected: true });
    // The first pass is over before anything is sold: the next one is the scheduled one.
    await until(
      async () => (await world.shopOf(shop))?.reconciledTo instanceof Date,
      60_000,
      'the first pass',
    );
    const from = new Date(Date.now() - AGO_MS);
    shop.switch({ drop: 3, delay: 3 });
    await shop.sell(ORDERS - UNHEARD, { from });
    shop.switch({ drop: 100, delay: 0 });
    await shop.sell(UNHEARD, { from });
    shop.switch({ drop: 0 });
    await world.settled();
    drifted = await drift();
  }, 240_000);
  afterAll(() => world.stop());

  const drift = () => driftOf(shop, world.collections);
  /** Only a transaction of it did not arrive. */
  let differing = 0;
  /** Everything that a pass could change. */
  const kept = async () => {
    const { orders, events, parked, spool, shops } = world.collections;
    const redis = world.stack.redis();
    try {
      return {
        orders: await orders.find().sort({ _id: 1 }).lean(),
        others: await Promise.all([events, parked, spool].map((each) => each.collection.countDocuments())),
        repaired: (await shops.findById(shop.name).lean())?.repaired,
        taken: (await redis.keys('*:dedupe:*')).length,
      };
    } finally {
      redis.disconnect();
    }
  };
  const ops = async (...args: string[]) => {
    const env = { LOCKSTEP_URL: world.stack.dashboardUrl, LOCKSTEP_TOKEN: world.stack.token };
    const { code, stdout } = await runOps([...args, '--json'], env);
    return { code, ...(JSON.parse(stdout) as Record<string, unknown>) } as unknown as Reconcile & {
      code: number;
    };
  };
  const reconcile = (...args: string[]) => ops('reconcile', '--shop', shop.name, '--since', '3h', ...args);
  const scheduled = () =>
    world.collections.reconciles.find({ who: 'schedule' }).sort({ askedAt: -1 }).limit(1).lean();

  test('a dry run at the command line finds them and writes nothing', async () => {
    expect(drifted.length).toBeGreaterThan(UNHEARD);
    const before = await kept();
    const pass = await reconcile();
    expect(pass).toMatchObject({ code: 0, state: 'done', dryRun: true, checked: ORDERS, missing: UNHEARD });
    expect(pass.missing + pass.stale).toBe(drifted.length);
    expect(await kept()).toEqual(before);
  }, 60_000);

  test('the schedule repairs them; the app dies in the middle, and another continues where it stopped', async () => {
    shop.troubles.add('slow', { times: Infinity, ms: 300 });
    const isInTheMiddle = async () => {
      const [pass] = await scheduled();
      return pass?.state === 'running' && pass.how === 'pages' && (pass.cursor ?? null) !== null;
    };
    await world.scheduleContinues(EVERY_MINUTES);
    await until(isInTheMiddle, TURN_MS, 'the middle of a pass');
    const [cut] = await scheduled();
    await world.killApp();
    shop.troubles.calm();
    expect(await drift()).not.toEqual([]);

    await until(
      async () => (await world.collections.reconciles.findById(cut?._id).lean())?.state === 'done',
      TURN_MS,
      'the end of that pass',
    );
    await world.settled();
    expect(await drift()).toEqual([]);
    const ended = await world.collections.reconciles.findById(cut?._id).lean();
    expect(ended).toMatchObject({ checked: ORDERS, missing: UNHEARD });
    expect((ended?.missing ?? 0) + (ended?.stale ?? 0)).toBe(drifted.length);
    differing = ended?.differs ?? 0;
    expect(shop.calls.throttled).toBe(0);
  }, 360_000);

  test('nothing was done twice', async () => {
    const { events } = world.collections;
    const fetched = await events.find({ topic: 'reconcile/order' }, { order: 1, outcome: 1 }).lean();
    expect(new Set(fetched.map(({ order }) => order)).size).toBe(fetched.length);
    expect(fetched).toHaveLength(drifted.length + differing);
    expect(await ops('verify')).toMatchObject({
      code: 0,
      orders: ORDERS,
      appliedTwice: 0,
      inversions: 0,
      unexplained: 0,
    });
    expect((await world.stack.api('/parked')).json.parked).toEqual([]);
  }, 60_000);

  test('the next pass, requested by an operator, finds nothing and changes nothing', async () => {
    const before = await kept();
    const pass = await reconcile('--yes', '--reason', 'to be sure');
    expect(pass).toMatchObject({ code: 0, state: 'done', dryRun: false, checked: ORDERS, found: [] });
    await world.settled();
    expect(await kept()).toEqual(before);
    expect((await world.stack.api('/audit?limit=5')).json.entries).toEqual(
      expect.arrayContaining([expect.objectContaining({ action: 'reconcile.ask', target: shop.name })]),
    );
  }, 60_000);
});
