import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { inventSold } from '../operate/reports/sold-bodies.ts';
import { store } from '../operate/reports/sold-orders.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { runOps } from './run-ops.ts';

describe('ops report sales', () => {
  let dashboard: ServedDashboard;
  let globals: string[];
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    const sold = { at: '2026-11-20T12:00:00Z', deleted: false, cancelled: false, currency: 'EUR' } as const;
    const line = { sku: 'TEA', quantity: 2, price: 60_000, discount: 1000, tax: 0, isGiftCard: false };
    const whole = {
      shop: 'a.myshopify.com',
      taxesIncluded: false,
      shippingTax: 0,
      shipping: 500,
      duties: 0,
      tips: 0,
      refunds: [],
    };
    const order = (id: number, isTest: boolean) => ({
      ...inventSold(randomFrom(id), id),
      ...sold,
      ...whole,
      lines: [{ id: 1, ...line }],
      test: isTest,
    });
    await store(dashboard.collections, [order(1, false), order(2, true)]);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
    globals = ['--url', dashboard.url, '--token', token];
  });
  afterAll(() => dashboard.stop());

  const run = (...args: string[]) => runOps([...globals, 'report', 'sales', ...args]);
  const PERIOD = ['--from', '2026-11-01', '--to', '2026-11-30'];

  test('prints a table with a total, and what was left out', async () => {
    const { code, stdout } = await run(...PERIOD, '--zone', 'Europe/Berlin');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((each) => each.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'Sales from 2026-11-01 to 2026-11-30 (Europe/Berlin).',
      '',
      'day | currency | orders | cancelled | units | gross | discounts | returns | net | shipping | duties | tax | total | tips | gift cards | refunded',
      '2026-11-20 | EUR | 1 | 0 | 2 | 1200.00 | 10.00 | 0.00 | 1190.00 | 5.00 | 0.00 | 0.00 | 1195.00 | 0.00 | 0.00 | 0.00',
      'total | EUR | 1 | 0 | 2 | 1200.00 | 10.00 | 0.00 | 1190.00 | 5.00 | 0.00 | 0.00 | 1195.00 | 0.00 | 0.00 | 0.00',
      '',
      '1 test order left out: add --test to see them',
      '',
    ]);
  });

  test('prints JSON, also of test orders alone', async () => {
    const { stdout, stderr } = await run(...PERIOD, '--by', 'sku', '--test', '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      test: true,
      by: 'sku',
      rows: [{ group: 'TEA', gross: '1200.00', shipping: null }],
      totals: [{ currency: 'EUR', shipping: '5.00' }],
    });
  });

  test('refuses what the API refuses', async () => {
    const { code, stderr } = await run('--zone', 'Mars/Olympus');
    expect(code).toBe(2);
    expect(stderr).toContain('zone: not a time zone');
  });
});
