import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderKey } from '../../src/order/identity.ts';
import { until } from '../support/until.ts';
import { ServedOps } from './served-ops.ts';

const REASON = 'after the upgrade';
const CHANGING = ['--yes', '--reason', REASON];
/** More than a page, whose journals have expired. */
const COPIES = 150;

describe('ops order rebuild --all, and ops order --body', () => {
  let ops: ServedOps;
  let order: OrderKey;
  let email: string;
  beforeAll(async () => {
    ops = await ServedOps.start();
    [order] = await Promise.all([ops.live(1).then(([first]) => first!.order), ops.live(2)]);
    const document = await found(order);
    email = String(document?.body.email);
    const copies = Array.from({ length: COPIES }, (_, i) => {
      const orderId = String(6_000_000 + i);
      return { ...document, _id: `${document?.shop}/${orderId}`, orderId };
    });
    await ops.dashboard.collections.orders.collection.insertMany(copies as never[]);
  });
  afterAll(() => ops.stop());

  const found = (key: string) => ops.dashboard.collections.orders.collection.findOne({ _id: key as never });
  const makeEarlier = () =>
    ops.dashboard.collections.orders.collection.updateMany(
      {},
      { $unset: { grossSales: 1, taxesIncluded: 1 } },
    );
  const all = (...args: string[]) => ops.run('order', 'rebuild', '--all', ...args);

  test('without --yes it counts, and changes nothing', async () => {
    await makeEarlier();
    const { code, stdout } = await all();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^152 orders of 152 would be rebuilt.*\nNothing was changed\. To apply this/,
      ),
    });
    expect(await found(order)).not.toHaveProperty('grossSales');
    expect(await ops.audited('order.rebuild')).toEqual([]);
  });

  test('Ctrl-C ends it after a page, and --after continues', async () => {
    const running = ops.running('order', 'rebuild', '--all', ...CHANGING);
    await until(async () => (await ops.audited('order.rebuild')).length > 0);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(1);
    const [, cursor = ''] = /^Interrupted: .* --after (\S+)\.$/m.exec(stdout) ?? [];
    const rest = JSON.parse((await all('--after', cursor, ...CHANGING, '--json')).stdout) as {
      rebuilt: number;
    };
    expect(rest).toMatchObject({ refusals: 0, cursor: null, dryRun: false });
    expect(stdout).toContain(`${152 - rest.rebuilt} orders of ${152 - rest.rebuilt} rebuilt`);
    expect((await found(order))?.grossSales).toBeDefined();
    const audited = await ops.audited('order.rebuild');
    expect(new Set(audited.map(({ target, reason, outcome }) => [target, reason, outcome].join()))).toEqual(
      new Set([`all orders,${REASON},done`]),
    );
    expect((await all(...CHANGING)).stdout).toBe('0 orders of 152 rebuilt; 152 needed nothing.\n');
  });

  test('refused orders are named, and it exits with 1', async () => {
    const shop = order.split('/')[0]!;
    await ops.dashboard.collections.orders.collection.updateOne(
      { _id: `${shop}/6000000` as never },
      { $unset: { body: 1, bodySource: 1 } },
    );
    const { code, stdout } = await all('--shop', shop);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /1 order refused.*\n {2}\S+\/6000000 {2}its body is not stored as ORDER_BODY=full/,
      ),
    });
    expect((await all('--shop', 'other.myshopify.com')).stdout).toMatch(/^0 orders of 0/);
  });

  test.each([
    [['order', 'rebuild']],
    [['order', 'rebuild', '#1001', '--all']],
    [['order', 'rebuild', '#1001', '--after', 'x']],
    [['order', 'rebuild', '--all', '--after', 'x']],
    [['order', '#1001', '--body', '--unmask']],
    [['order', '#1001', '--body', '--reason', 'curious']],
  ])('wrong usage: %j', async (args) => {
    expect((await ops.run(...args)).code).toBe(2);
  });

  test("an order's body is shown masked; with --unmask and a reason as it is, and audited", async () => {
    const { code, stdout } = await ops.run('order', order, '--body');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ email: '(masked)' });
    expect(stdout).toMatch(/^\{\n {2}"/);
    expect(stdout).not.toContain(email);
    expect(await ops.audited('order.unmask')).toEqual([]);
    const unmasked = await ops.run('order', 'show', order, '--unmask', '--reason', 'the buyer called');
    expect(JSON.parse(unmasked.stdout)).toMatchObject({ email });
    expect(await ops.audited('order.unmask')).toMatchObject([{ target: order, reason: 'the buyer called' }]);
    expect(await ops.as('viewer', 'order', order, '--body')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('viewers are not shown bodies'),
    });
  });
});
