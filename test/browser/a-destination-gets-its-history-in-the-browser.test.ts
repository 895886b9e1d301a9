import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';

const SECONDS_MS = 120_000;

describe('the history of a destination, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    const settings = { url: 'https://erp.example.com/orders', reason: 'the ERP' };
    expect((await dashboard.put('/api/destinations/erp', settings, 'admin')).status).toBe(200);
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    await signIn(watched.page, dashboard.url, await mintToken(JWT_SECRET, { name: 'ada', role: 'admin' }, 1));
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  test(
    'its page shows how far a backfill is',
    async () => {
      const backfill = { id: 'b', from: null, since: new Date(), after: null, position: '', orders: 1200 };
      const progress = { about: 4000, effects: 9431, movedAt: null, endedAt: null };
      const { destinations } = dashboard.collections;
      await destinations.updateOne({ _id: 'erp' }, { $set: { backfill: { ...backfill, ...progress } } });
      await watched.page.goto(`${dashboard.url}/destinations/erp`);
      await watched.page.getByText('1,200 of about 4,000, 9,431 effects').waitFor();
      await destinations.updateOne({ _id: 'erp' }, { $unset: { backfill: 1 } });
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
