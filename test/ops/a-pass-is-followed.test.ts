import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReconcileStore, type ReconcileStore } from '../../src/persist/reconcile-store.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { carryOut, install, missingFrom } from '../operate/shop-records.ts';
import { runOps, startOps } from './run-ops.ts';

const SHOP = 'example.myshopify.com';
const MISSING = missingFrom(SHOP);

describe('ops reconcile', () => {
  let dashboard: ServedDashboard;
  let store: ReconcileStore;
  let globals: string[];
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    store = createReconcileStore(dashboard.collections, Date.now);
    await install(dashboard.collections, SHOP);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    globals = ['--url', dashboard.url, '--token', token];
  });
  beforeEach(() => dashboard.collections.reconciles.deleteMany({}));
  afterAll(() => dashboard.stop());

  const run = (...args: string[]) => runOps([...globals, 'reconcile', ...args]);

  test('a dry run is followed to its end and shows what it would repair', async () => {
    const running = run('--shop', SHOP, '--since', '2h');
    const { _id: id } = await carryOut(store, [MISSING]);
    const { code, stdout, stderr } = await running;
    expect(code).toBe(0);
    expect(stdout).toContain(`The dry run for ${SHOP} is done. 12 orders checked: 1 missing, 0 stale.`);
    expect(stdout).toContain(MISSING.order);
    expect(stdout).not.toContain('repaired.');
    expect(stdout).toContain('Nothing was changed. To repair, add --yes and --reason.');
    expect(stderr).toContain(`pass ${id} (dry run) requested; Ctrl-C aborts it`);
    expect(await store.one(id)).toMatchObject({ dryRun: true, how: 'pages', who: 'ada' });
  });

  test('--yes with a reason repairs; --json prints the record of the pass', async () => {
    const running = run('run', '--shop', SHOP, '--all', '--yes', '--reason', 'after the outage', '--json');
    const { _id: id } = await carryOut(store, [MISSING]);
    const { code, stdout } = await running;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      dryRun: false,
      how: 'bulk',
      reason: 'after the outage',
      missing: 1,
      repaired: 1,
    });
    const shown = (await run('show', id)).stdout;
    expect(shown).toContain('1 missing, 0 stale.');
    expect(shown).toMatch(/\n1 order repaired\.\n$/);
  });

  test('a pass that fails says why, and the exit code is 1', async () => {
    const running = run('--shop', SHOP, '--since', '2026-01-01T00:00:00Z');
    await carryOut(store, [MISSING], 'failed', 'Shopify refused: access is forbidden (403)');
    const { code, stdout } = await running;
    expect([code, stdout.includes('failed. 12 orders checked: 1 missing, 0 stale. Shopify refused')]).toEqual(
      [1, true],
    );
  });

  test('Ctrl-C aborts the pass', async () => {
    const running = startOps([...globals, 'reconcile', '--shop', SHOP, '--since', '2h']);
    await until(() => running.said.stderr.includes('Ctrl-C'));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect([code, stdout.includes('was aborted')]).toEqual([1, true]);
    expect(await store.open()).toEqual([]);
  });

  test.each([
    [['--since', '2h']],
    [['--shop', SHOP]],
    [['--shop', SHOP, '--since', '2h', '--all']],
    [['--shop', SHOP, '--since', '2h', '--yes']],
    [['--shop', SHOP, '--since', '2h', '--reason', 'x']],
  ])('%j is invalid usage and requests no pass', async (args) => {
    expect((await run(...args)).code).toBe(2);
    expect(await store.open()).toEqual([]);
  });

  test('a shop that never installed is refused', async () => {
    const { code, stderr } = await run('--shop', 'other.myshopify.com', '--since', '2h');
    expect([code, stderr.includes('no such shop in the collection shops')]).toEqual([1, true]);
  });

  test('ls, show and abort', async () => {
    expect((await run('ls')).stdout).toBe('No reconciliations yet.\n');
    const wanted = {
      shop: SHOP,
      how: 'pages',
      since: null,
      until: new Date(),
      dryRun: false,
      who: 'schedule',
      reason: 'its turn',
    } as const;
    const { _id: id } = await store.ask(wanted);
    expect((await run('ls', '--shop', SHOP)).stdout).toContain(id);
    expect((await run('show', id)).stdout).toContain('is waiting for the app program');
    const aborted = await run('abort', id, '--reason', 'not now');
    expect([aborted.code, aborted.stdout]).toEqual([0, 'aborted after 0 orders\n']);
    expect((await run('abort', id, '--reason', 'again')).code).toBe(1);
    expect((await run('show', 'nothing')).code).toBe(2);
  });
});
