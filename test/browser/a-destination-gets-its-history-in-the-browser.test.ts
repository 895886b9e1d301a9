import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { storedEffect, storeEffects, TOKEN_KEYS } from '../operate/stored-effects.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { keyOf } from '../support/waiting-event.ts';

const SECONDS_MS = 120_000;
const IDS = [1, 2, 3, 4] as const;
const ORDERS = IDS.map((id) => keyOf(`582000100100${id}`));
const [FIRST, SECOND, THIRD, FOURTH] = ORDERS as [OrderKey, OrderKey, OrderKey, OrderKey];

describe('what a destination has, and its history, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  /** The destination's system: what it answers when it is read. */
  let other: Server;
  let answer: (cursor: string | null) => { orders: object[]; next: string | null } | null;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    other = createServer((request, response) => {
      const told = answer(new URL(request.url ?? '', 'http://x').searchParams.get('cursor'));
      response.writeHead(told === null ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(told));
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/orders`;
    const settings = { url, readBack: { kind: 'http', url }, allowPrivate: true, reason: 'the ERP' };
    expect((await dashboard.put('/api/destinations/erp', settings, 'admin')).status).toBe(200);
    await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { createdAt: new Date(0) });
    await dashboard.commit(IDS.slice(0, 3).map((id) => ({ id: `582000100100${id}`, version: 1 })));
    await storeEffects(
      dashboard.collections,
      ORDERS.slice(0, 3).map((order, i) => storedEffect(i + 1, { order, version: 1, state: 'done' })),
    );
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    page = watched.page;
    page.setDefaultTimeout(25_000);
    await signIn(page, dashboard.url, await mintToken(JWT_SECRET, { name: 'ada', role: 'admin' }, 1));
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
    other?.closeAllConnections();
    other?.close();
  });

  const open = () => page.goto(`${dashboard.url}/destinations/erp`);
  const click = (name: string | RegExp, where: Page | Locator = page) =>
    where.getByRole('button', { name, exact: true }).click();
  const differences = () => page.getByRole('region', { name: 'Differences, by order' }).locator('tbody tr');
  const stored = () => dashboard.collections.destinations.findById('erp').lean();

  test(
    'a backfill is started by its button, with a rate; its page shows how far it is',
    async () => {
      await open();
      await click('Backfill…');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('History from').fill('yesterday');
      await dialog.getByLabel('Orders per second').fill('50');
      await dialog.getByLabel('Reason').fill('the ERP is new');
      await click('Backfill', dialog);
      await dialog.getByText(/^not `beginning` or an ISO 8601 time/).waitFor();
      expect((await stored())?.backfill).toBeUndefined();
      await expectReadable(page, 'backfill', '[role="dialog"]');
      await dialog.getByLabel('History from').fill('beginning');
      await click('Backfill', dialog);
      await dialog.getByText('started to send all changes from the beginning').waitFor();
      await click('Close', dialog);
      expect(await stored()).toMatchObject({ backfillRate: 50, backfill: { from: null, endedAt: null } });
      const progress = { 'backfill.orders': 1200, 'backfill.about': 4000, 'backfill.effects': 9431 };
      await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { $set: progress });
      await open();
      await page.getByText('1,200 of about 4,000, 9,431 effects').waitFor();
      const again = page.getByRole('button', { name: 'Backfill…' });
      expect(await again.getAttribute('aria-disabled')).toBe('true');
      await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { $unset: { backfill: 1 } });
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'it is compared part by part; what it lost is repaired, and what Lockstep does not know cannot be',
    async () => {
      const first = { orders: [{ key: FIRST, version: 1 }], next: 'more' };
      const rest = {
        orders: [
          { key: THIRD, version: 0 },
          { key: FOURTH, version: 7 },
        ],
        next: null,
      };
      answer = (cursor) => (cursor === null ? first : rest);
      await open();
      await page.getByText('Not compared yet.').waitFor();
      await click('Compare');
      await page.getByText('3 differences in 4 orders.').waitFor();
      await differences().filter({ hasText: '5820001001002' }).getByText('it does not have it').waitFor();
      await differences().filter({ hasText: '5820001001003' }).getByText('an older version').waitFor();
      const unknown = differences().filter({ hasText: '5820001001004' });
      await unknown.getByText('Lockstep does not know it').waitFor();
      expect(await unknown.getByRole('checkbox').count()).toBe(0);
      await expectReadable(page, 'destination-compared', '#main');
      await page.getByLabel(`Select ${SECOND}`).check();
      await click('Repair 1 selected…');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1 order will be sent again.').waitFor();
      await dialog.getByLabel('Reason').fill('a backup was restored');
      await click('Repair', dialog);
      await dialog.getByText(/^(?:sent|scheduled|will be sent).*1/i).waitFor();
      await click('Close', dialog);
      const repairs = await dashboard.collections.effects.find({ topic: 'lockstep/repaired' }).lean();
      expect(repairs.map(({ order, state }) => [order, state])).toEqual([[SECOND, 'waiting']]);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'if it cannot be read, the page says why; if its settings do not say how, there is no button to press',
    async () => {
      answer = () => null;
      await open();
      await click('Compare');
      await page.getByText('Not compared to its end.').waitFor();
      await page.getByRole('alert').getByText(/500/).waitFor();
      await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { $set: { readBack: null } });
      await open();
      const compare = page.getByRole('button', { name: 'Compare' });
      await compare.waitFor();
      expect(await compare.getAttribute('aria-disabled')).toBe('true');
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
