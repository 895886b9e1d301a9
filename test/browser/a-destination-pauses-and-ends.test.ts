import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { createCipher } from '../../src/system/cipher.ts';
import { sealSecrets } from '../../src/publish/secrets.ts';
import { makeSecret } from '../../src/publish/sinks/signature.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { destinationFields } from '../publish/publishing.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';

const SECONDS_MS = 120_000;

describe('the page of a destination that pauses and ends', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    const store = createDestinationStore(dashboard.collections, Date.now);
    const secrets = sealSecrets('erp', [makeSecret()], createCipher(TOKEN_KEYS));
    await store.put('erp', destinationFields({ url: 'https://erp.example.com/', secrets }), null, 'uid');
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    watched.page.setDefaultTimeout(25_000);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'admin' }, 1);
    await signIn(watched.page, dashboard.url, token);
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  /** Opens the form, and fills it in. */
  async function changing(fields: Record<string, string>): Promise<Locator> {
    const { page } = watched;
    await page.goto(`${dashboard.url}/destinations/erp`);
    await page.getByRole('button', { name: 'Change…', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('maintenance at night');
    await dialog.getByText('More settings').click();
    for (const [label, text] of Object.entries(fields))
      await dialog.getByLabel(label, { exact: true }).fill(text);
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    return dialog;
  }

  async function change(fields: Record<string, string>): Promise<void> {
    const dialog = await changing(fields);
    await dialog.getByText(/changed: revision/).waitFor();
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  }

  test(
    'its windows and its end are set by the form, and the page says what it does now',
    async () => {
      const { page } = watched;
      const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date().getUTCDay()];
      const wrong = await changing({ 'Pause windows': '02:00-04:00 Berlin' });
      await wrong.getByText('not the name of a time zone, such as Europe/Berlin', { exact: true }).waitFor();
      await change({ 'Pause windows': `${day} 00:00-24:00 UTC\n00:00-06:00 UTC` });
      await page
        .getByText(/^paused until (\w{3} )?06:00 UTC$/)
        .first()
        .waitFor();
      await page.getByText('not asked while paused').waitFor();
      await page.getByText(`${day} 00:00-24:00 UTC; 00:00-06:00 UTC`).waitFor();
      await expectReadable(page, 'destination-window', '#main');
      await change({ 'Pause windows': '', Ends: '2026-11-01T00:00:00Z' });
      await page.getByText('It has ended: changes set off nothing here any more.').waitFor();
      await page.getByText('not asked any more').waitFor();
      await change({ Ends: '' });
      await page.getByText('accepts messages').waitFor();
      const stored = await dashboard.collections.destinations.findById('erp').lean();
      expect(stored).toMatchObject({ pauseWindows: [], until: null, state: 'active', revision: 4 });
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
