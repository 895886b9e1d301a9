import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { createReconcileStore, type ReconcileStore } from '../../src/persist/reconcile-store.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { barriersOf, isWider } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { carryOut, install, INSTALLED_AT, missingFrom, request } from '../operate/shop-records.ts';

const SHOP = 'example.myshopify.com';
const LAPSED = 'its tokens have lapsed: the merchant must open the app in the Shopify admin';
const SECONDS_MS = 60_000;
const MISSING = missingFrom(SHOP);

describe('shops in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let book: ReconcileStore;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    book = createReconcileStore(dashboard.collections, Date.now);
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    await signIn(watched.page, dashboard.url, token);
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });
  beforeEach(async () => {
    const { shops, sessions, compliance, reconciles } = dashboard.collections;
    const all = [shops, sessions, compliance, reconciles];
    await Promise.all(all.map(({ collection }) => collection.deleteMany({})));
  });

  const open = async (place: string): Promise<Page> => {
    await watched.page.goto(`${dashboard.url}${place}`);
    return watched.page;
  };
  test(
    'a shop that needs attention stands out; its row leads to its page, which says why, also on a phone',
    async () => {
      const { collections } = dashboard;
      const subscriptions = { checkedAt: INSTALLED_AT, missing: ['returns/close'], doubled: [] };
      await install(collections, SHOP, { attention: LAPSED, subscriptions });
      await install(collections, 'well.myshopify.com');
      await request(collections, SHOP, { _id: 'a'.repeat(64), dueAt: INSTALLED_AT });
      const page = await open('/shops');
      const rows = page.getByRole('region', { name: 'Shops, busiest first' }).locator('tbody tr');
      await page.locator('.tone-badge[data-tone="bad"]').waitFor();
      expect(await rows.filter({ hasText: 'well.myshopify.com' }).locator('[data-tone="bad"]').count()).toBe(
        0,
      );
      expect(await barriersOf(page)).toEqual([]);
      await rows.filter({ hasText: SHOP }).getByText('installed').click();
      await page.waitForURL(`${dashboard.url}/shops/${SHOP}`);
      await page.getByText(LAPSED).waitFor();
      await page.getByText('The merchant did not grant the scope that returns/close needs').waitFor();
      await page.getByText('overdue since').waitFor();
      expect(await barriersOf(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 800 });
      expect([await isWider(page), await barriersOf(page)]).toEqual([false, []]);
      await page.setViewportSize({ width: 1280, height: 900 });
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'repairs only after a comparison: the same window, with a reason, once',
    async () => {
      await install(dashboard.collections, SHOP);
      const page = await open(`/shops/${SHOP}`);
      await page.getByRole('button', { name: 'Reconcile…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('after the outage');
      const apply = dialog.getByRole('button', { name: 'Repair' });
      expect(await apply.isDisabled()).toBe(true);
      await dialog.getByLabel('Orders that changed in').selectOption('the last 2 hours');
      await dialog.getByRole('button', { name: 'Compare' }).click();
      const dry = await carryOut(book, [MISSING]);
      await dialog.getByText('12 orders compared: 1 missing, 0 stale.').waitFor();
      expect(await barriersOf(page)).toEqual([]);
      await apply.dblclick();
      await dialog.getByText(/requested pass/).waitFor();
      const asked = await carryOut(book, [MISSING]);
      expect(dry).toMatchObject({ dryRun: true, shop: SHOP, how: 'pages' });
      expect(asked).toMatchObject({
        dryRun: false,
        since: dry.since,
        who: 'ada',
        reason: 'after the outage',
      });
      expect(await book.list(SHOP, null, 10)).toHaveLength(2);
      await dialog.getByRole('button', { name: 'Close', exact: true }).click();
      const passes = page.getByRole('region', { name: 'Reconciliations, newest first' });
      await passes.getByText('done, dry run').waitFor();
      await passes.getByText('after the outage').waitFor();
    },
    SECONDS_MS,
  );

  test(
    'if nothing is missing there is nothing to repair; another window needs a new comparison',
    async () => {
      await install(dashboard.collections, SHOP);
      const page = await open(`/shops/${SHOP}`);
      await page.getByRole('button', { name: 'Reconcile…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('to look');
      await dialog.getByRole('button', { name: 'Compare' }).click();
      await carryOut(book, []);
      await dialog.getByText('Nothing to repair.').waitFor();
      expect(await dialog.getByRole('button', { name: 'Repair' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Orders that changed in').selectOption('all time');
      await dialog.getByText('Not compared yet.').waitFor();
      await dialog.getByRole('button', { name: 'Compare' }).click();
      expect(await carryOut(book, [])).toMatchObject({ how: 'bulk', since: null, dryRun: true });
    },
    SECONDS_MS,
  );

  test(
    'an uninstalled shop cannot be reconciled; the page of an unknown shop says where it was searched',
    async () => {
      await install(dashboard.collections, SHOP, { state: 'uninstalled', uninstalledAt: INSTALLED_AT });
      const page = await open(`/shops/${SHOP}`);
      const button = page.getByRole('button', { name: 'Reconcile…' });
      await button.waitFor();
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      await open('/shops/nobody.myshopify.com');
      await page.getByText(/never installed the app .* searched: the collection shops/).waitFor();
      expect(await barriersOf(page)).toEqual([]);
    },
    SECONDS_MS,
  );
});
