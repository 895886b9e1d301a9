import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReconcileStore } from '../../src/persist/reconcile-store.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { install, INSTALLED_AT, request } from '../operate/shop-records.ts';
import { runOps } from './run-ops.ts';

const SHOP = 'example.myshopify.com';
const LAPSED = 'its tokens have lapsed';

describe('ops shop', () => {
  let dashboard: ServedDashboard;
  let globals: string[];
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    const { collections } = dashboard;
    const subscriptions = { checkedAt: INSTALLED_AT, missing: [], doubled: ['orders/paid'] };
    await install(collections, SHOP, { attention: LAPSED, subscriptions, repaired: 3 });
    await install(collections, 'gone.myshopify.com', { state: 'uninstalled', uninstalledAt: INSTALLED_AT });
    await createReconcileStore(collections, Date.now).ask({
      shop: SHOP,
      how: 'pages',
      since: null,
      until: new Date(),
      dryRun: true,
      who: 'ada',
      reason: 'to look',
    });
    await request(collections, SHOP, { _id: 'a'.repeat(64) });
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
    globals = ['--url', dashboard.url, '--token', token];
  });
  afterAll(() => dashboard.stop());

  const run = (...args: string[]) => runOps([...globals, 'shop', ...args]);

  test('ls shows the state of each shop, and what needs attention', async () => {
    const { code, stdout } = await run('ls');
    expect(code).toBe(0);
    const [head = '', , columns = '', ...rows] = stdout.split('\n');
    expect(head).toBe('2 shops.');
    expect(columns).toMatch(/^shop +state .*repaired +attention$/);
    expect(rows[0]).toMatch(
      /^example\.myshopify\.com +installed .* 3 +its tokens have lapsed orders\/paid is also/,
    );
    expect(rows[1]).toMatch(/^gone\.myshopify\.com +uninstalled .* 0$/);
  });

  test('show starts with what needs attention, then the installation, passes, and privacy requests', async () => {
    const { code, stdout } = await run('show', SHOP);
    expect(code).toBe(0);
    expect(stdout.split('\n\n').slice(0, 2)).toEqual([
      `WARNING: ${LAPSED}`,
      expect.stringContaining('WARNING: orders/paid is also subscribed'),
    ]);
    expect(stdout).toMatch(/token expires +2026-11-20 11:00:00, encrypted with key first/);
    expect(stdout).toMatch(/asked, dry run .* ada /);
    expect(stdout).toMatch(/customers\/redact +asked +2026-12-20 10:00:00 +a{64}/);
    expect(stdout).not.toContain('a-sealed-token');
  });

  test('show --json prints what the API answers', async () => {
    const { stdout } = await run('show', SHOP, '--json');
    const { json } = await dashboard.get(`/api/shops/${SHOP}`);
    expect(JSON.parse(stdout)).toEqual(json);
  });

  test('an unknown shop: the message says what was searched, and the exit code is 1', async () => {
    const { code, stderr } = await run('show', 'nobody.myshopify.com');
    expect(code).toBe(1);
    expect(stderr).toMatch(/404: nobody\.myshopify\.com never installed .*collection shops/);
  });
});
