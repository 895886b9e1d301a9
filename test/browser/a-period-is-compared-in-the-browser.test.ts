import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { createCompletenessStore, type CompletenessStore } from '../../src/persist/completeness-store.ts';
import { createStatementSigner, isSignedWith, signedStatement } from '../../src/system/signed-statement.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { barriersOf, isWider, shoot } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { carryOutCheck, differingIn, EQUAL } from '../operate/check-records.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { install } from '../operate/shop-records.ts';

const SHOP = 'example.myshopify.com';
const SECONDS_MS = 60_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

describe('completeness in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let store: CompletenessStore;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    store = createCompletenessStore(dashboard.collections, Date.now);
    await install(dashboard.collections, SHOP);
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
    await dashboard.collections.completeness.deleteMany({});
    await dashboard.collections.reconciles.deleteMany({});
  });

  const open = async (place: string): Promise<Page> => {
    await watched.page.goto(`${dashboard.url}${place}`);
    return watched.page;
  };
  const checked = async (result: Parameters<typeof carryOutCheck>[1]) => {
    const asked = { shop: SHOP, from: '2026-10-01', to: '2026-10-31', who: 'ada', reason: 'the month ended' };
    await store.ask(asked);
    return await carryOutCheck(store, result);
  };

  test(
    "a shop's page leads to its checks; a period is chosen, checked with a reason, and its result appears",
    async () => {
      const page = await open(`/shops/${SHOP}`);
      await page.getByRole('link', { name: 'Completeness' }).click();
      await page.getByText('No completeness checks match').waitFor();
      expect(await barriersOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Check…' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByLabel('Shop').inputValue()).toBe(SHOP);
      const days = async () => [
        await dialog.getByLabel('First day').inputValue(),
        await dialog.getByLabel('Last day').inputValue(),
      ];
      const lastMonth = await days();
      expect(lastMonth).toEqual([expect.stringMatching(/-01$/), expect.stringMatching(/-(28|29|30|31)$/)]);
      await dialog.getByLabel('Period').selectOption('yesterday');
      const [first, last] = await days();
      expect([first, last]).toEqual([expect.stringMatching(DAY), first]);
      await dialog.getByLabel('First day').fill('2026-10-01');
      expect(await dialog.getByLabel('Period').inputValue()).toBe('other days');
      await dialog.getByLabel('Last day').fill('2026-09-30');
      await dialog.getByLabel('Reason').fill('the month ended');
      const send = dialog.getByRole('button', { name: 'Check', exact: true });
      expect(await send.isDisabled()).toBe(true);
      await dialog.getByLabel('Last day').fill('2026-10-31');
      await shoot(page, 'dialog');
      expect(await barriersOf(page)).toEqual([]);
      await send.dblclick();
      await dialog.getByText(/requested check/).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      expect(await store.open()).toMatchObject([{ from: '2026-10-01', to: '2026-10-31', who: 'ada' }]);
      await page.getByText('asked').waitFor();
      await carryOutCheck(store, EQUAL);
      const row = page.locator('tbody tr').filter({ hasText: '2026-10-01 – 2026-10-31' });
      await row.getByText('complete').waitFor();
      await shoot(page, 'list');
      await row.getByText('9,812').first().click();
      await page.getByText('1–31 October 2026: 9,812 orders here, 9,812 at Shopify').waitFor();
      await page.getByText('Nothing is missing').waitFor();
      await shoot(page, 'equal');
      expect(await barriersOf(page)).toEqual([]);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a difference shows its days and orders, also on a phone and in dark mode, and is repaired with a reason',
    async () => {
      const page = await open(`/completeness/${await checked(differingIn(SHOP))}`);
      await page.getByText('different on 1 day').waitFor();
      await page.getByText('missing here').waitFor();
      expect(await barriersOf(page)).toEqual([]);
      await shoot(page, 'different');
      await page.emulateMedia({ colorScheme: 'dark' });
      await shoot(page, 'different-dark');
      expect(await barriersOf(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 800 });
      await shoot(page, 'different-phone');
      expect([await isWider(page), await barriersOf(page)]).toEqual([false, []]);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.getByRole('button', { name: 'Reconcile…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('one is missing');
      await dialog.getByRole('button', { name: 'Repair' }).click();
      await dialog.getByText(/requested pass/).waitFor();
      expect(await dashboard.collections.reconciles.findOne({}).lean()).toMatchObject({
        shop: SHOP,
        since: new Date('2026-10-03T04:00:00.000Z'),
        dryRun: false,
        reason: 'one is missing',
      });
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'the signed statement is downloaded, and its signature is valid',
    async () => {
      const page = await open(`/completeness/${await checked(EQUAL)}`);
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Signed statement' }).click();
      const file = await coming;
      expect(file.suggestedFilename()).toBe('completeness-example-2026-10-01-2026-10-31.json');
      const signed = signedStatement.parse(JSON.parse(readFileSync(await file.path(), 'utf8')));
      expect(isSignedWith(signed, createStatementSigner(JWT_SECRET).publicKey)).toBe(true);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a failed check says why and has no statement; an unknown check does not exist',
    async () => {
      const page = await open(`/completeness/${await checked('access is forbidden (403)')}`);
      await page.getByText('Not compared', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Signed statement' }).count()).toBe(0);
      await shoot(page, 'failed');
      expect(await barriersOf(page)).toEqual([]);
      await open('/completeness/00000000-0000-4000-8000-000000000000');
      await page.getByText('No such check', { exact: true }).waitFor();
      expect(await barriersOf(page)).toEqual([]);
    },
    SECONDS_MS,
  );
});
