import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { barriersOf } from '../support/barriers.ts';
import { openPage, type WatchedPage } from '../support/browser.ts';
import { StackWithShopify } from '../support/stack-with-shopify.ts';
import { until } from '../support/until.ts';

/** In a real Chromium, opened as the admin opens it, with simulations of Shopify's own scripts. */
describe("the merchant's page", () => {
  let world: StackWithShopify;
  let shop: FakeShop;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let admin = '';
  beforeAll(async () => {
    world = await StackWithShopify.start();
    shop = world.shopify.shop('looked-at.myshopify.com');
    shop.install(ALL_SCOPES);
    admin = `${world.shopify.url}/${shop.name}/admin/apps/the-client-id`;
    browser = await openBrowser();
    watched = await openPage(browser, world.appUrl);
    page = watched.page;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await world.stop();
  });

  const shows = (text: RegExp) => page.getByText(text).first().waitFor();
  /** Without the files that it must load from Shopify. */
  const complaints = () =>
    watched.complaints.filter((each) => !each.startsWith(`asked elsewhere: ${world.shopify.url}/`));
  const attention = async () => (await world.shopOf(shop))?.attention;

  const askForPass = async () => {
    const asked = { shop: shop.name, since: '1h', dryRun: false, reason: 'a test' };
    const answer = await fetch(`${world.stack.dashboardUrl}/api/reconciles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.stack.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    });
    expect(answer.status).toBe(200);
  };

  test('installs the app when it is opened, and shows the state of its orders', async () => {
    await page.goto(admin);
    await shows(/Your orders (are up to date|have not been compared)/);
    expect(await page.title()).toBe('Lockstep');
    expect(page.url().startsWith(`${world.appUrl}/app?embedded=1`)).toBe(true);
    expect((await world.shopOf(shop))?.state).toBe('installed');
    expect(await page.getByText('Needs attention').isVisible()).toBe(false);
    expect(await barriersOf(page)).toEqual([]);
  }, 60_000);

  test('has the current figures of the shop', async () => {
    await shop.sell(2);
    await world.settled();
    await page.goto(admin);
    const taken = await world.collections.events.countDocuments();
    await shows(new RegExp(`Updates in the last 24 hours: ${taken}$`));
    await shows(/Last update from Shopify: \d+ s ago/);
    await shows(/Longest wait: none/);
    await shows(/Orders repaired: 0/);
    expect(complaints()).toEqual([]);
  }, 60_000);

  test("runs only its own scripts and Shopify's, and sends no other requests", async () => {
    const { length } = complaints();
    const injected = `document.body.append(Object.assign(document.createElement('script'), { text: 'ran = true' })),
      'ran' in window`;
    expect(await page.evaluate(injected)).toBe(false);
    const asked = await page.evaluate(
      (url) => fetch(url).then(String, String),
      `${world.shopify.url}/_control/state`,
    );
    expect(asked).toMatch(/TypeError/);
    await until(() => complaints().length > length + 1);
    expect(complaints().join()).toMatch(/Content Security Policy/i);
    watched.complaints.length = 0;
  }, 60_000);

  test('can be framed only by the admin of its shop', async () => {
    // Of another origin, without a policy of its own.
    const other = await openPage(browser, world.shopify.url);
    await other.page.goto(`${world.shopify.url}/shopifycloud/polaris.js`);
    const place = `${world.appUrl}/app?embedded=1&shop=${shop.name}`;
    await other.page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${place}' }))`,
    );
    await until(() => other.complaints.some((each) => /frame-ancestors/.test(each)));
    expect(await other.page.frames()[1]?.getByText('Lockstep').count()).toBe(0);
  }, 60_000);

  test('when its tokens have expired and Shopify issues no others, it says what is wrong; opened again it works', async () => {
    shop.tokens.revoke();
    shop.troubles.add('forbidden', { at: 'tokens', times: Infinity });
    await page.goto(admin);
    await shows(/Action needed/);
    await shows(/Needs attention/);
    await shows(/the merchant must open the app in the Shopify admin/);
    expect(await attention()).toMatch(/tokens have lapsed/);
    expect(await barriersOf(page)).toEqual([]);

    shop.troubles.calm();
    await page.goto(admin);
    await shows(/Your orders (are up to date|have not been compared)/);
    expect(await page.getByText('Needs attention').isVisible()).toBe(false);
    expect(await attention()).toBeNull();
    expect(complaints()).toEqual([]);
  }, 60_000);

  test('errors that opening it again does not repair stay on it', async () => {
    shop.troubles.add('forbidden', { times: 2 });
    await askForPass();
    await until(async () => (await attention()) !== null, 60_000, 'what is wrong');
    await page.goto(admin);
    await shows(/orders cannot be reconciled: Shopify refused: access is forbidden \(403\)/);
    await page.goto(admin);
    await shows(/IP allowlist/);
    await askForPass();
    await until(async () => (await attention()) === null, 60_000, 'that it is well');
    await page.goto(admin);
    await shows(/Your orders (are up to date|have not been compared)/);
    expect(complaints()).toEqual([]);
  }, 180_000);
});
