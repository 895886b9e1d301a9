import { afterAll, beforeAll, expect, describe, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET } from '../operate/served-dashboard.ts';
import { ServedIntake } from '../operate/served-intake.ts';
import { openPage, signIn } from '../support/browser.ts';
import { openAt, preparePage } from '../support/looks.ts';

const SECONDS_MS = 120_000;

describe('events of other systems, in a real Chromium', () => {
  let intake: ServedIntake;
  let browser: Browser;
  beforeAll(async () => {
    intake = await ServedIntake.start();
    browser = await openBrowser();
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await intake?.stop();
  });

  test(
    "an order's page has the newest of each type, masked for viewers, and the timeline has all",
    async () => {
      await intake.register('wms/picked', {}, ['/boxes']);
      const { id, key } = intake.newOrder();
      await intake.created(key);
      await intake.send({ order: id, type: 'wms/picked', data: { boxes: 2, by: 'Jane' } });
      await intake.drain(key);
      const { page, complaints } = await openPage(browser, intake.dashboard.url);
      page.setDefaultTimeout(25_000);
      await preparePage(page);
      const viewer = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1);
      await signIn(page, intake.dashboard.url, viewer);
      await openAt(page, `${intake.dashboard.url}/orders/${key}`);
      const shown = page.locator('details', { hasText: 'wms-berlin' });
      await shown.locator('summary').click();
      const text = (await shown.innerText()).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/^wms\/picked .* wms-berlin .*"boxes": 2.*"by": "\(masked\)"/);
      expect(await page.locator('.timeline').innerText()).toContain('wms/picked');
      expect(await page.content()).not.toContain('Jane');
      expect(complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
