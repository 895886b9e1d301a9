import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { faultsOf, openAt, preparePage } from '../support/looks.ts';
import { until } from '../support/until.ts';
import { livedHere, richOrder, takeShots } from './shown-orders.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';

const SECONDS_MS = 120_000;
const ORDERS = 60;
/** With three lived orders and the rich one. */
const COUNT = ORDERS + 4;

describe('the list of orders, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  /** What the page asked the API for. */
  let asked: Record<string, string>[] = [];

  const noted = async (route: Route) => {
    asked.push(Object.fromEntries(new URL(route.request().url()).searchParams));
    await route.continue();
  };

  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { HOLD_FOR_CREATE_MS: '0' } });
    for (const number of [1, 2, 3]) await livedHere(dashboard, number);
    await richOrder(dashboard);
    const others = Array.from({ length: ORDERS }, (_, i) => ({ id: String(100 + i), name: `#${3000 + i}` }));
    await dashboard.commit(others);
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url, { timezoneId: 'America/New_York' });
    watched.page.setDefaultTimeout(25_000);
    await preparePage(watched.page);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
    await watched.page.route(/\/api\/orders\?/, noted);
    await signIn(watched.page, dashboard.url, token);
  }, SECONDS_MS);
  afterAll(async () => {
    await watched?.page.unrouteAll({ behavior: 'wait' });
    await browser?.close();
    await dashboard?.stop();
  });
  beforeEach(() => {
    asked = [];
  });

  const open = async (query = ''): Promise<Page> => {
    await openAt(watched.page, `${dashboard.url}/orders${query}`);
    return watched.page;
  };
  const isAsked = (expected: Record<string, string>) =>
    until(
      async () => asked.some((one) => Object.entries(expected).every(([name, value]) => one[name] === value)),
      10_000,
      `a request with ${JSON.stringify(expected)}`,
    );
  const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

  test(
    'filters write the URL, survive a reload, and Back undoes them',
    async () => {
      const page = await open();
      await page.getByLabel('Status').selectOption('shipped');
      await isAsked({ status: 'shipped' });
      await page.getByRole('button', { name: 'More filters' }).click();
      await page.getByLabel('SKU').fill('ANV-1');
      await isAsked({ status: 'shipped', sku: 'ANV-1' });
      await page.getByLabel('Payment').selectOption('partially_refunded');
      await page.getByLabel('Test orders').selectOption('0');
      const all = { status: 'shipped', sku: 'ANV-1', financialStatus: 'partially_refunded', test: '0' };
      await isAsked(all);
      expect(queryOf(page)).toEqual(all);

      asked = [];
      await page.reload();
      await isAsked(all);
      expect(await page.getByLabel('SKU').inputValue()).toBe('ANV-1');
      expect(await page.getByLabel('Payment').inputValue()).toBe('partially_refunded');
      await page.getByRole('button', { name: 'Fewer filters (3)' }).waitFor();

      await page.goBack();
      await page.goBack();
      await until(async () => (await page.getByLabel('Payment').inputValue()) === '', 10_000);
      expect(queryOf(page)).toEqual({ status: 'shipped', sku: 'ANV-1' });
      await page.getByRole('button', { name: 'Clear' }).click();
      expect(queryOf(page)).toEqual({});
    },
    SECONDS_MS,
  );

  test(
    "a preset is a range of days in the browser's time zone; chosen days replace it",
    async () => {
      const page = await open();
      await page.getByLabel('Created', { exact: true }).selectOption('yesterday');
      await until(async () => asked.some(({ createdFrom }) => createdFrom), 10_000);
      const { createdFrom = '', createdTo = '' } = asked.find((one) => one.createdFrom)!;
      const hours = (Date.parse(createdTo) + 1 - Date.parse(createdFrom)) / 3_600_000;
      expect([23, 24, 25]).toContain(hours);
      expect(createdFrom).toMatch(/T0[45]:00:00\.000Z$/);
      expect(asked.some((one) => 'created' in one)).toBe(false);
      expect(queryOf(page)).toEqual({ created: 'yesterday' });
      await page.getByText(/UTC \(days in America\/New_York\)/).waitFor();

      await page.getByRole('button', { name: 'More filters' }).click();
      await page.getByLabel('Created from').fill('2026-10-31');
      await page.getByLabel('Created up to').fill('2026-11-01');
      // Clocks changed on the second day.
      const range = { createdFrom: '2026-10-31T04:00:00.000Z', createdTo: '2026-11-02T04:59:59.999Z' };
      await isAsked(range);
      expect(queryOf(page)).toEqual(range);
      await page.reload();
      expect(await page.getByLabel('Created up to').inputValue()).toBe('2026-11-01');
      await page.getByLabel('Created', { exact: true }).selectOption('7d');
      await until(async () => queryOf(page).created === '7d', 10_000);
      expect(queryOf(page)).toEqual({ created: '7d' });
    },
    SECONDS_MS,
  );

  test(
    'counts: how many are shown, and of how many',
    async () => {
      const page = await open();
      const count = page.locator('.order-count');
      await until(async () => (await count.innerText()) === `1–50 of ${COUNT}`, 10_000);
      await isAsked({ count: '1', limit: '1' });
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByText(`${ORDERS + 4} orders`).waitFor();
      expect(await page.locator('tbody tr').count()).toBe(ORDERS + 4);
      await open('?name=%232001');
      await page.getByText('1 order', { exact: true }).waitFor();
    },
    SECONDS_MS,
  );

  test(
    'sorted by update, the list shows when orders were updated',
    async () => {
      const page = await open();
      await page.getByRole('columnheader', { name: 'Created' }).waitFor();
      await page.getByLabel('Sort').selectOption('last updated first');
      await page.getByRole('columnheader', { name: 'Updated' }).waitFor();
      await isAsked({ sort: '-updated' });
      expect(queryOf(page)).toEqual({ sort: '-updated' });
    },
    SECONDS_MS,
  );

  test(
    'on a phone nothing scrolls sideways, and status and total are visible',
    async () => {
      const page = await open();
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const frame = await page.getByRole('region', { name: 'orders' }).evaluate((node) => ({
        inside: node.scrollWidth,
        width: node.clientWidth,
      }));
      expect(frame.inside).toBe(frame.width);
      const row = page.locator('tbody tr').filter({ hasText: '#2001' });
      for (const text of ['awaiting shipment', '1,289.00 USD', 'now 1,139.00 USD', '20 Nov 2026']) {
        const box = (await row.getByText(text).locator('visible=true').boundingBox())!;
        expect([text, box.x >= 0 && box.x + box.width <= 390]).toEqual([text, true]);
      }
    },
    SECONDS_MS,
  );

  test(
    'it can be read by everyone, with all filters shown',
    async () => {
      for (const query of ['', '?parked=1', '?sku=ANV-1&created=30d']) {
        const page = await open(query);
        expect(await faultsOf(page, 'light')).toEqual([]);
        expect(await faultsOf(page, 'dark')).toEqual([]);
        await takeShots(page, `orders${query.replaceAll(/\W/g, '-')}`);
      }
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
