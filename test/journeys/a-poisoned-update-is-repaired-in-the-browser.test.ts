import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import type { Timeline } from '../../src/operate/shapes/events.ts';
import type { AuditPage } from '../../src/operate/shapes/audit.ts';
import { collectionsOf } from '../../src/persist/collections.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { livesOf } from '../support/lives.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const SHOP = 'poisoned.myshopify.com';
/** P7, P8: an order was changed manually, its update cannot be applied, and an operator repairs it. */
describe('in a real Chromium', () => {
  const random = randomFrom(11);
  let stack: Stack;
  let browser: Browser;
  let watched: WatchedPage;
  let mongo: ReturnType<typeof openMongo>;
  beforeAll(async () => {
    stack = await Stack.start({ env: { HOLD_FOR_CREATE_MS: '0' } });
    mongo = openMongo(stack.names.mongoUri);
    await mongoReady(mongo);
    browser = await openBrowser();
    watched = await openPage(browser, stack.dashboardUrl);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await mongo?.close();
    await stack?.stop();
  });

  const shows = async (text: string | RegExp) => {
    await watched.page.getByText(text).first().waitFor({ timeout: 20_000 });
  };

  test('a token signs in, and the page says that all is well', async () => {
    const { page } = watched;
    await signIn(page, stack.dashboardUrl, stack.token);
    await page.goto(stack.dashboardUrl);
    await shows(/All is well/);
    expect(await page.title()).toMatch(/Lockstep/);
  }, 60_000);

  test('poisoned, Overview alarms, Parked by cause, replayed after the fix, timeline and audit show all of it', async () => {
    const { page } = watched;
    const [life = [], ...others] = livesOf(random, SHOP, 20);
    await stack.sendAll(others.flat(), random);
    const order = `${SHOP}/${(JSON.parse(life[0]!.body.toString()) as { id: number }).id}`;
    await stack.send(life[0]!);
    await stack.drained();
    const { orders } = collectionsOf(mongo);
    const { status } = (await orders.findOne({ _id: order }).lean())!;
    await orders.updateOne({ _id: order }, { $set: { status: 'paid by hand' } });
    const update = life.find(({ topic }) => topic === 'orders/fulfilled')!;
    await stack.send(update);
    await until(async () => (await stack.api('/status')).json.parked === 1, 30_000, 'it to be parked');

    await page.goto(stack.dashboardUrl);
    await page.locator('.sentence[data-level="look"]').waitFor({ timeout: 20_000 });
    await shows(/1 parked event/);
    await page.goto(`${stack.dashboardUrl}/parked`);
    await shows(/could not be applied/);
    await orders.updateOne({ _id: order }, { $set: { status } });
    await page.getByRole('button', { name: 'Replay all…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the status was put back, ticket 4711');
    await dialog.getByRole('button', { name: 'Replay', exact: true }).dblclick();
    await until(async () => (await stack.api('/status')).json.parked === 0, 30_000, 'the replay');
    await stack.drained();

    const told = (await stack.api(`/orders/${order}/timeline`)).json as unknown as Timeline;
    expect(told.entries.at(-1)).toMatchObject({
      topic: 'orders/fulfilled',
      outcome: 'applied',
      earlier: [{ outcome: 'parked', because: expect.stringMatching(/could not be applied/) }],
    });
    const { entries } = (await stack.api('/audit?action=parked.replay')).json as unknown as AuditPage;
    expect(entries).toEqual([
      expect.objectContaining({
        who: 'test',
        outcome: 'done',
        reason: 'the status was put back, ticket 4711',
      }),
    ]);
    expect((await stack.api('/parked/replays')).json.replays).toHaveLength(1);
    await page.goto(`${stack.dashboardUrl}/orders/${order}`);
    await shows(/could not be applied/);
    await shows(/ticket 4711/);
    await page.goto(`${stack.dashboardUrl}/audit`);
    await shows(/ticket 4711/);
    await page.goto(stack.dashboardUrl);
    await shows(/All is well/);
    expect((await stack.api('/verify')).json).toMatchObject({
      wrongState: 0,
      appliedTwice: 0,
      inversions: 0,
    });
    expect(watched.complaints).toEqual([]);
  }, 120_000);
});
