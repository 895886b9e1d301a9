import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { inventSold, type Sold } from '../operate/reports/sold-bodies.ts';
import { store } from '../operate/reports/sold-orders.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';

const SECONDS_MS = 120_000;
const SHOP = 'a.myshopify.com';

/** Orders of November, most of them in euro. */
function soldInNovember(): Sold[] {
  const random = randomFrom(3);
  return Array.from({ length: 120 }, (_, i) => {
    const sold = inventSold(random, 5000 + i);
    const at = new Date(Date.UTC(2026, 10, 1 + random.below(25), random.below(24))).toISOString();
    return { ...sold, at, currency: i % 6 === 0 ? 'JPY' : 'EUR', deleted: false };
  });
}

describe('the Reports page, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    await store(dashboard.collections, soldInNovember());
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    watched.page.setDefaultTimeout(25_000);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
    await signIn(watched.page, dashboard.url, token);
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  const open = async (query: string): Promise<Page> => {
    await watched.page.goto(`${dashboard.url}/reports?${query}`);
    await watched.page.getByRole('region', { name: 'Sales in EUR' }).waitFor();
    return watched.page;
  };

  test(
    'shows each currency separately, with bars for the days and a total',
    async () => {
      const page = await open('from=2026-11-01&to=2026-11-30&zone=Europe/Berlin');
      await page.getByRole('region', { name: 'Sales in JPY' }).waitFor();
      expect(await page.locator('.day-bars').count()).toBe(2);
      await page.getByText(/test orders? (is|are) left out/).waitFor();
      await expectReadable(page, 'reports-by-day', '#main');
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a figure leads to the orders behind it, and their total is the figure',
    async () => {
      const page = await open(`from=2026-11-01&to=2026-11-30&by=channel&shop=${SHOP}`);
      await expectReadable(page, 'reports-by-channel', '#main');
      const table = page.getByRole('region', { name: 'Sales in EUR' });
      const row = table.locator('tbody tr').filter({ hasText: 'web' });
      const gross = await row.getByRole('link').nth(1).innerText();
      await row.getByRole('link').nth(1).click();
      await page.getByText('Only EUR · channel: web').waitFor();
      const total = table.locator('tbody tr').filter({ hasText: 'Total' });
      await total.getByText(gross, { exact: true }).waitFor();
      await expectReadable(page, 'reports-by-order', '#main');

      await table.locator('tbody tr').first().getByRole('link').first().click();
      await page.getByRole('heading', { name: /^Order/, level: 1 }).waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a preset sets the period, and an unknown period has no sales',
    async () => {
      const page = await open('from=2026-11-01&to=2026-11-30&by=sku');
      await expectReadable(page, 'reports-by-sku', '#main');
      await page.getByLabel('From').fill('2024-01-01');
      await page.getByLabel('To', { exact: true }).fill('2024-01-31');
      await page.getByText('No orders and no refunds in this period.').waitFor();
      await page.getByRole('link', { name: 'Last month' }).click();
      await page.waitForURL(/from=\d{4}-\d\d-01&to=/);
      expect(new URL(page.url()).searchParams.get('by')).toBe('sku');
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
