import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { adminToken } from '../../testkit/local/lockstep.ts';
import { StackWithShopify } from '../support/stack-with-shopify.ts';
import { until } from '../support/until.ts';
import { runOps } from '../ops/run-ops.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const START = Math.floor(Date.now() / DAY_MS - 5) * DAY_MS;
const PERIOD = ['--from', dayOf(START), '--to', dayOf(START + 2 * DAY_MS)];

/** Some days of a shop, with all programs: compared, repaired, compared again. */
describe('the orders of some days', () => {
  let world: StackWithShopify;
  let shop: FakeShop;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    world = await StackWithShopify.start({}, { HOLD_FOR_CREATE_MS: '0' });
    shop = world.shopify.shop('example.myshopify.com');
    await world.grant(shop);
    env = { LOCKSTEP_URL: world.stack.dashboardUrl, LOCKSTEP_TOKEN: await adminToken('ada') };
    await shop.sell(3, { from: new Date(START + DAY_MS / 2) });
    await world.settled();
    shop.switch({ drop: 100 });
    await shop.sell(1, { from: new Date(START + 1.5 * DAY_MS) });
  }, 60_000);
  afterAll(() => world.stop());

  const ops = (...args: string[]) => runOps(args, env);

  test('are compared, although the app is killed in the middle; a missing one is named', async () => {
    shop.troubles.add('slow', { ms: 5000 });
    const running = ops('completeness', shop.name, ...PERIOD);
    await until(() => world.collections.completeness.exists({ state: 'running' }).then(Boolean), 20_000);
    await world.killApp();
    const { code, stdout } = await running;
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('3 orders here, 4 at Shopify, different on 1 day'),
    ]);
    expect(stdout).toContain('missing here');
  }, 60_000);

  test('are complete after the reconciliation that the command names, and the statement says so', async () => {
    const since = new Date(START + DAY_MS).toISOString();
    const repair = ['--since', since, '--yes', '--reason', 'one is missing'];
    expect((await ops('reconcile', '--shop', shop.name, ...repair)).code).toBe(0);
    await world.settled();
    const { code, stdout } = await ops('completeness', shop.name, ...PERIOD, '--json');
    const check = JSON.parse(stdout) as { id: string; here: number; isComplete: boolean };
    expect([code, check.here, check.isComplete]).toEqual([0, 4, true]);
    const signed = JSON.parse((await ops('completeness', 'statement', check.id)).stdout) as object;
    expect(signed).toMatchObject({ statement: { shop: shop.name, here: 4, atShopify: 4, differingDays: 0 } });
  }, 60_000);
});
