import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { money } from '../support/money.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { lived, openInProcess, type Inside } from '../support/in-process.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';

const SECONDS_MS = 120_000;

describe('a wrong order, in a real Chromium', () => {
  let inside: Inside;
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  let changed: OrderKey;
  let damaged: OrderKey;
  beforeAll(async () => {
    inside = await openInProcess();
    dashboard = await ServedDashboard.start();
    [changed, damaged] = [await lived(inside, 1), await lived(inside, 2)];
    await lived(inside, 3);
    for (const name of ['orders', 'events'] as const)
      await dashboard.collections[name].collection.insertMany(
        await inside.collections[name].collection.find({}).toArray(),
      );
    const { collection } = dashboard.collections.orders;
    const spoil = (order: OrderKey, fields: object) =>
      collection.updateOne({ _id: order as never }, { $set: fields });
    await spoil(changed, { totalPrice: money('999.00') });
    await spoil(damaged, { applied: 'oops' });
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    watched.page.setDefaultTimeout(25_000);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    await signIn(watched.page, dashboard.url, token);
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
    await inside?.close();
  });

  test(
    'the Verify page lists wrong orders with their fields and links to them',
    async () => {
      const { page } = watched;
      await page.goto(`${dashboard.url}/verify`);
      await page.getByText('Not verified yet').waitFor();
      await page.getByRole('button', { name: 'Verify all orders' }).click();
      await page.getByText(/^Done: 3 orders with \d+ events checked, 2 orders are wrong\.$/).waitFor();
      const rows = page.getByRole('region', { name: 'Orders that do not agree with their journals' });
      await rows.getByText(/stored 999\.00, rebuilt \d+\.\d\d/).waitFor();
      await rows.getByText('order.applied: expected a list, found text').waitFor();
      await expectReadable(page, 'verify', '#main');

      const row = rows.locator('tbody tr').filter({ hasText: '999.00' });
      await row.getByRole('link').click();
      await page.waitForURL(`${dashboard.url}/orders/${changed}`);
      await page.getByRole('button', { name: 'Rebuild' }).waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'the order page shows what a rebuild would change, then rebuilds once, with a reason',
    async () => {
      const { page } = watched;
      await page.goto(`${dashboard.url}/orders/${changed}`);
      await page.getByRole('button', { name: 'Rebuild' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/totalPrice/).waitFor();
      await expectReadable(page, 'rebuild', '[role=dialog]');
      const confirm = dialog.getByRole('button', { name: 'Rebuild' });
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByLabel('Reason').fill('changed by hand');
      await confirm.dblclick();
      await dialog.getByText(/^rebuilt from \d+ events, version 2: totalPrice/).waitFor();
      await dialog.getByRole('button', { name: 'Close', exact: true }).click();
      const acts = await dashboard.collections.audit.find({ action: 'order.rebuild' }).lean();
      expect(acts).toMatchObject([
        { target: changed, reason: 'changed by hand', outcome: 'done', who: 'ada' },
      ]);

      await page.getByRole('button', { name: 'Rebuild' }).click();
      await dialog.getByText('The order agrees with its journal: nothing would change.').waitFor();
      await dialog.getByLabel('Reason').fill('once more');
      expect(await confirm.isDisabled()).toBe(true);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
