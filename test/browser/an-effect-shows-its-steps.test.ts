import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { effectId, storedEffect, storeEffects } from '../operate/stored-effects.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';

const ID = '5820001001000';
const ORDER = `example.myshopify.com/${ID}`;
const BECAUSE = 'undone: out of stock: MUG';

describe('an effect of a handler, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    await dashboard.commit([{ id: ID }]);
    const destination = 'handler-ship-order';
    await storeEffects(dashboard.collections, [
      storedEffect(1, { order: ORDER, destination, state: 'skipped', because: BECAUSE, attempts: 2 }),
    ]);
    const step = { effect: effectId(1), order: ORDER, round: 0, version: 1, keptAt: new Date() } as const;
    await dashboard.collections.handlerSteps.create([
      { ...step, _id: 'a', number: 0, name: 'reserve stock', kind: 'step', undoneAt: new Date() },
      { ...step, _id: 'b', number: 1, name: '', kind: 'undo', result: BECAUSE, undoneAt: new Date() },
    ]);
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    await signIn(watched.page, dashboard.url, token);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  test("its order's page says why it was skipped, and leads to its page with its steps", async () => {
    const { page, complaints } = watched;
    const rowsOf = (table: string) => page.getByRole('region', { name: table }).locator('tbody tr');
    await page.goto(`${dashboard.url}/orders/${ORDER}`);
    const where = rowsOf('Where this order is');
    await where.getByText(BECAUSE).filter({ visible: true }).waitFor();
    const told = page.getByRole('list', { name: /^history/ }).locator('[data-kind=effect]');
    await told.filter({ hasText: 'handler-ship-order' }).getByText('reserve stock undone').waitFor();
    await expectReadable(page, 'order-with-skipped-effect', '#main');
    await where.getByRole('link', { name: 'orders/updated' }).filter({ visible: true }).click();
    await page.getByRole('heading', { name: `Effect ${effectId(1).slice(0, 12)}`, level: 1 }).waitFor();
    const steps = rowsOf('Steps of the handler, in sequence');
    await steps.filter({ hasText: 'reserve stock' }).getByText('undone', { exact: true }).waitFor();
    await steps.filter({ hasText: 'undo what is done' }).getByText(BECAUSE).waitFor();
    await page.getByRole('button', { name: /^replay / }).waitFor();
    await expectReadable(page, 'effect', '#main');
    expect(complaints).toEqual([]);
  }, 120_000);
});
