import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { Role } from '../../src/system/roles.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { openPage, signIn } from '../support/browser.ts';
import { faultsOf, openAt, preparePage } from '../support/looks.ts';
import { livedHere, RICH_ORDER, richOrder, takeShots } from './shown-orders.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';

const SECONDS_MS = 120_000;
const DESK = { width: 1280, height: 800 };
const HEADER_PX = 52;

describe("an order's page, in a real Chromium", () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let order: OrderKey;
  let rich: OrderKey;
  const pages = new Map<Role, { page: Page; complaints: string[] }>();
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { HOLD_FOR_CREATE_MS: '0' } });
    order = await livedHere(dashboard, 1);
    rich = await richOrder(dashboard);
    browser = await openBrowser();
    for (const role of ['viewer', 'operator'] as const) {
      const watched = await openPage(browser, dashboard.url);
      watched.page.setDefaultTimeout(25_000);
      await preparePage(watched.page);
      await signIn(
        watched.page,
        dashboard.url,
        await mintToken(JWT_SECRET, { name: `the ${role}`, role }, 1),
      );
      pages.set(role, watched);
    }
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  const open = async (role: Role, key: OrderKey) => {
    const { page } = pages.get(role)!;
    await openAt(page, `${dashboard.url}/orders/${key}`);
    return page;
  };
  const rowsIn = async (page: Page, selector: string) =>
    (await page.locator(`${selector} tr`).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
  const eventsIn = (page: Page) => page.locator('.timeline .entry-number').allInnerTexts();

  test(
    'the header says status, payment and fulfillment side by side, and what kind of order it is',
    async () => {
      const page = await open('viewer', rich);
      const head = await page.locator('.order-head').innerText();
      expect(head.replaceAll(/\s+/g, ' ')).toMatch(
        /^Status awaiting shipment test order Payment paid Fulfillment unfulfilled Current total 1,139\.00 USD Created /,
      );
      expect(await page.getByRole('link', { name: /Open in Shopify/ }).getAttribute('href')).toBe(
        `https://example.myshopify.com/admin/orders/${RICH_ORDER.id}`,
      );
      const rel = await page.getByRole('link', { name: /Open in Shopify/ }).getAttribute('rel');
      expect(rel).toMatch(/noopener/);
    },
    SECONDS_MS,
  );

  test(
    'totals: the rows that apply, also in the currency of the buyer',
    async () => {
      const page = await open('viewer', rich);
      expect(await rowsIn(page, '.totals')).toEqual([
        'amount shop, USD buyer, EUR',
        'Discounts 20.00 USD 18.00 EUR',
        'Subtotal 1,180.00 USD 1,062.00 EUR',
        'Shipping 10.00 USD 9.00 EUR',
        'Tax 94.40 USD 84.96 EUR',
        'Tips 4.60 USD',
        'Total 1,289.00 USD 1,160.10 EUR',
        'Current total 1,139.00 USD 1,025.10 EUR',
      ]);
    },
    SECONDS_MS,
  );

  test(
    'about: customer, channel, country, tags, discount codes; of the customer only the id',
    async () => {
      const page = await open('viewer', rich);
      const about = await page.getByRole('region', { name: 'About the order' }).innerText();
      for (const text of ['Customer\n', 'web', 'KY, US', 'SPRING', 'vip', 'wholesale', 'PO-4711'])
        expect(about).toContain(text);
      expect(await page.locator('#main').innerText()).not.toContain('ada@example.com');
      expect(
        await page
          .getByRole('region', { name: 'About the order' })
          .getByRole('link', { name: String(RICH_ORDER.customer) })
          .getAttribute('href'),
      ).toBe(`https://example.myshopify.com/admin/customers/${RICH_ORDER.customer}`);
    },
    SECONDS_MS,
  );

  test(
    'lines: ordered, current, shipped, refunded, price, discount, tax, total',
    async () => {
      const page = await open('viewer', rich);
      expect(await rowsIn(page, '[aria-label="Lines"]')).toEqual([
        'Item SKU Ordered Current Shipped Refunded Price Discount Tax Total',
        'Anvil ACME ANV-1 2 1 0 0 600.00 20.00 94.40 1,180.00',
      ]);
      const lived = await open('viewer', order);
      const lines = await rowsIn(lived, '[aria-label="Lines"]');
      // The first line: one unit of it was refunded.
      expect(lines[1]).toMatch(/ 1 \d+\.00 \d+\.00$/);
      expect(lines.length).toBeGreaterThan(2);
      expect(await rowsIn(lived, '[aria-label="Payments"]')).toHaveLength(3);
      expect(await rowsIn(lived, '[aria-label="Refunds"]')).toHaveLength(2);
      expect((await rowsIn(lived, '[aria-label="Parcels"]')).at(-1)).toContain('UPS');
    },
    SECONDS_MS,
  );

  test(
    'the 13 events of a life fit on one screen, the newest first or last, as the browser remembers',
    async () => {
      const page = await open('viewer', order);
      await page.setViewportSize(DESK);
      const down = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13'];
      expect(await eventsIn(page)).toEqual(down.toReversed());
      const box = (await page.locator('.timeline').boundingBox())!;
      expect(box.height).toBeLessThan(DESK.height - HEADER_PX);
      await page.getByText('Oldest first').click();
      expect(await eventsIn(page)).toEqual(down);
      await page.reload();
      await page.locator('.timeline').waitFor();
      expect(await eventsIn(page)).toEqual(down);
      await page.getByText('Newest first').click();
      expect(await eventsIn(page)).toEqual(down.toReversed());
    },
    SECONDS_MS,
  );

  test(
    "an operator compares an event's body with the order before it; it is recorded",
    async () => {
      const page = await open('operator', order);
      const paid = page.locator('.entry').filter({ hasText: 'orders/paid' });
      await paid.getByRole('button', { name: /orders\/paid/ }).press('Enter');
      await paid.getByRole('button', { name: 'Show changes to the body' }).click();
      const differences = paid.getByRole('region', { name: 'differences between the bodies' });
      await differences.getByText('"paid"').waitFor();
      const rows = (await differences.locator('li').allInnerTexts()).map((row) =>
        row.replaceAll(/\s+/g, ' '),
      );
      expect(rows).toEqual([
        'changed financial_status "pending" → "paid"',
        expect.stringMatching(/^changed updated_at ".*" → ".*"$/),
      ]);
      const update = page.locator('.entry').filter({ hasText: 'fulfillments/update' });
      await update.getByRole('button', { name: /fulfillments\/update/ }).click();
      await update.getByText('Compared with orders/fulfilled').waitFor();
      await update.getByRole('button', { name: 'Show changes to the body' }).click();
      await update.getByText('"in_transit"').waitFor();
      await takeShots(page, 'differences');
      const acts = await dashboard.collections.audit.find({ action: 'event.payload' }).lean();
      expect(acts.map(({ who }) => who)).toEqual(Array.from({ length: 4 }, () => 'the operator'));
    },
    SECONDS_MS,
  );

  test(
    'a viewer sees what an event changed in the order, and no body',
    async () => {
      const page = await open('viewer', order);
      const paid = page.locator('.entry').filter({ hasText: 'orders/paid' });
      expect(await paid.innerText()).toMatch(/payment pending → paid/);
      await paid.getByRole('button', { name: /orders\/paid/ }).click();
      await paid.getByRole('list', { name: 'changes' }).waitFor();
      expect(await paid.getByRole('button', { name: 'Show changes to the body' }).count()).toBe(0);
    },
    SECONDS_MS,
  );

  test(
    'it can be read by everyone, in both colour schemes, and on a phone',
    async () => {
      for (const key of [order, rich]) {
        const page = await open('operator', key);
        await page.locator('.entry-row').first().click();
        expect(await faultsOf(page, 'light')).toEqual([]);
        expect(await faultsOf(page, 'dark')).toEqual([]);
        await takeShots(page, key === rich ? 'rich-order' : 'order');
      }
      for (const { complaints } of pages.values()) expect(complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
