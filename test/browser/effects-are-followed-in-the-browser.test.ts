import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import type { Role } from '../../src/system/roles.ts';
import type { EffectState } from '../../src/system/states.ts';
import { signatureHeaders, signingKey } from '../../src/publish/sinks/signature.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { Publishing } from '../publish/publishing.ts';
import { Receiver } from '../publish/receiver.ts';

const SECONDS_MS = 120_000;
const BROKEN = '$error("no such customer")';

describe('destinations and effects, in a real Chromium', () => {
  let publishing: Publishing;
  let stopPublisher: () => Promise<void>;
  let receiver: Receiver;
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    publishing = await Publishing.open({ TOKEN_KEYS });
    stopPublisher = await publishing.start();
    receiver = await Receiver.open();
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri, settings: { TOKEN_KEYS } });
    browser = await openBrowser();
    watched = await openAs('admin');
    page = watched.page;
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
    await receiver?.close();
    await publishing?.close();
  });
  beforeEach(() => {
    watched.complaints.splice(0);
  });

  async function openAs(role: Role): Promise<WatchedPage> {
    const opened = await openPage(browser, dashboard.url);
    opened.page.setDefaultTimeout(25_000);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role }, 1);
    await signIn(opened.page, dashboard.url, token);
    return opened;
  }

  const open = (place: string) => page.goto(`${dashboard.url}${place}`);
  const addressIn = (dialog: Locator) => dialog.getByRole('textbox', { name: 'Address', exact: true });
  /** Some texts are also there for phones, hidden. */
  const shown = (where: Locator, text: string) => where.getByText(text).filter({ visible: true });
  const rowsOf = (table: string) => page.getByRole('region', { name: table }).locator('tbody tr');
  /** Rows of effects in an order's timeline. */
  const setOffIn = (text: string) =>
    page
      .getByRole('list', { name: /^history/ })
      .locator('[data-kind=effect]')
      .filter({ hasText: text });
  const effects = () => rowsOf('Effects, newest first');
  const stored = async (state: EffectState) =>
    await publishing.inside.collections.effects.countDocuments({ state });

  /** Opens a dialog, and fills in its reason. */
  async function ask(button: string, reason: string): Promise<Locator> {
    await page.getByRole('button', { name: button, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(reason);
    return dialog;
  }

  async function confirm(dialog: Locator, button: string, did: RegExp | string): Promise<void> {
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.getByText(did).waitFor();
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  }

  async function change(transformation: string, did: string): Promise<void> {
    await open('/destinations/erp');
    const dialog = await ask('Change…', 'its messages change');
    await dialog.getByText('More settings').click();
    await dialog.getByLabel('Transformation').fill(transformation);
    await confirm(dialog, 'Change', did);
    await restartPublisher();
  }

  /** One that runs notices a change within a second; one that starts has noticed it. */
  async function restartPublisher(): Promise<void> {
    await stopPublisher();
    stopPublisher = await publishing.start();
  }

  test(
    'a destination is added by the form, and its secret is shown once',
    async () => {
      await open('/destinations');
      await page.getByText('No destinations yet').waitFor();
      const dialog = await ask('Add…', 'the ERP wants orders');
      const add = dialog.getByRole('button', { name: 'Add', exact: true });
      await dialog.getByLabel('Name').fill('ERP');
      await addressIn(dialog).fill('ftp://erp.example.com');
      expect(await add.isDisabled()).toBe(true);
      await dialog.getByText('lower-case letters, digits and dashes').waitFor();
      await dialog.getByLabel('Name').fill('erp');
      await add.click();
      await dialog.getByText(/^not an http or https address/).waitFor();
      await dialog.getByText('More settings').click();
      await expectReadable(page, 'destination-form', '[role="dialog"]');
      await addressIn(dialog).fill(receiver.url);
      await dialog.getByLabel('The address may be in a private network').check();
      await add.click();
      await dialog.getByText('It will not be shown again.').waitFor();
      const secret = await dialog.locator('[data-secret]').innerText();
      expect(secret).toMatch(/^whsec_/);
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      await rowsOf('Destinations, by name').filter({ hasText: receiver.url }).getByText('active').waitFor();
      expect(await page.content()).not.toContain(secret);

      const { order } = (await publishing.live(1))[0]!;
      await publishing.settled('erp');
      const [{ id, text, headers }] = receiver.received as [Receiver['received'][number]];
      const signedAt = Number(headers['webhook-timestamp']) * 1000;
      expect(headers['webhook-signature']).toBe(
        signatureHeaders({ id, text }, [signingKey(secret)], signedAt)['webhook-signature'],
      );
      await open(`/orders/${order}`);
      const where = rowsOf('Where this order is').filter({ hasText: 'erp' });
      await shown(where, `version ${receiver.bodies.at(-1)?.version}`).waitFor();
      await where.getByText('none').waitFor();
      await setOffIn('200 in').getByText('done', { exact: true }).first().waitFor();
      await page.getByRole('link', { name: 'All effects of this order' }).click();
      await effects().filter({ hasText: 'done' }).first().waitFor();
      expect(await effects().filter({ hasText: 'done' }).count()).toBe(receiver.received.length);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a sample is sent, and a refused one is said to be refused',
    async () => {
      await open('/destinations/erp');
      const before = receiver.received.length;
      await confirm(await ask('Test…', 'does it answer'), 'Test', /it answered 200, in/);
      receiver.answering = () => ({ status: 401 });
      const dialog = await ask('Test…', 'does it refuse');
      await dialog.getByRole('button', { name: 'Test', exact: true }).click();
      await dialog.getByRole('alert').getByText('it answered 401').waitFor();
      receiver.answering = () => ({ status: 200 });
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(receiver.received.length).toBe(before + 2);
    },
    SECONDS_MS,
  );

  test('settings are previewed: what would fail, and what would be sent, masked', async () => {
    const dialog = await open('/destinations/erp').then(() => ask('Change…', 'only a look'));
    await dialog.getByText('More settings').click();
    const tries = { '$error("x")': /^JSONata error D3137/, '': /^[1-9]\d* of the newest/ };
    for (const [filter, said] of Object.entries(tries)) {
      await dialog.getByLabel('Filter').fill(filter);
      await dialog.getByRole('button', { name: 'Preview', exact: true }).click();
      await dialog.getByRole('region', { name: 'Preview' }).getByText(said).first().waitFor();
    }
    await expectReadable(page, 'destination-preview', '[role="dialog"]');
    expect(watched.complaints).toEqual([]);
  }, 60_000);

  test(
    'while it is paused its effects wait; when it is resumed they are sent',
    async () => {
      await open('/destinations/erp');
      await confirm(await ask('Pause…', 'the ERP moves'), 'Pause', /its effects wait/);
      await page.getByText('the ERP moves').waitFor();
      await restartPublisher();
      const before = receiver.received.length;
      const sent = await publishing.live(2, 3);
      await until(async () => (await stored('waiting')) === sent.length, 20_000, 'the effects to wait');
      await open('/destinations');
      const row = rowsOf('Destinations, by name');
      await row.getByText('paused').waitFor();
      await row.getByRole('link', { name: String(sent.length), exact: true }).waitFor();
      await expectReadable(page, 'destinations', '#main');
      await row.getByText('paused').click();
      await page.getByRole('heading', { name: 'Destination erp', level: 1 }).waitFor();
      await expectReadable(page, 'destination', '#main');
      expect(receiver.received.length).toBe(before);
      await confirm(await ask('Resume…', 'the ERP has moved'), 'Resume', /waiting effects are sent/);
      await publishing.settled('erp');
      expect(receiver.received.length).toBe(before + sent.length);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'an effect is parked; after the repair it is counted, replayed, and arrives',
    async () => {
      await change(BROKEN, 'changed: revision 4');
      const { order } = (await publishing.live(3, 1))[0]!;
      await until(async () => (await stored('parked')) === 1, 20_000, 'the effect to be parked');
      await open('/effects');
      await effects().filter({ hasText: 'parked' }).getByText('JSONata error D3137').waitFor();
      await page.getByRole('button', { name: 'Replay all matching…' }).waitFor();
      await page.getByLabel('Select all shown').check();
      await expectReadable(page, 'effects', '#main');
      await open(`/orders/${order}`);
      const where = rowsOf('Where this order is');
      await shown(where, 'nothing yet').waitFor();
      await where.getByText('JSONata error D3137').waitFor();
      await setOffIn('JSONata error D3137').getByText('parked').waitFor();
      await expectReadable(page, 'order-with-effects', '#main');
      await change('', 'changed: revision 5');
      const before = receiver.received.length;
      await open('/effects?destination=erp&state=parked');
      const dialog = await ask('Replay all matching…', 'the expression is repaired');
      await dialog.getByText('1 effect will be replayed.').waitFor();
      expect(await stored('parked')).toBe(1);
      await confirm(dialog, 'Replay', /scheduled again: 1/);
      await publishing.settled('erp');
      expect(receiver.bodies.slice(before).map((body) => body.order.key)).toEqual([order]);
      await page.getByText('No effects match').waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a waiting effect is skipped from its row',
    async () => {
      await change(BROKEN, 'changed: revision 6');
      await publishing.live(4, 1);
      await until(async () => (await stored('parked')) === 1, 20_000, 'the effect to be parked');
      await open('/effects?state=parked');
      await effects()
        .getByRole('button', { name: /^skip / })
        .click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('nobody needs it');
      await dialog.getByText('1 effect will be skipped.').waitFor();
      await confirm(dialog, 'Skip', /skipped: 1/);
      await until(async () => (await stored('skipped')) === 1, 5000);
      await open('/effects?state=skipped');
      await effects().getByText('skipped by ada').waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'viewers see both pages and change nothing; operators do not add destinations',
    async () => {
      const viewer = await openAs('viewer');
      const disabled = async (place: string, name: string) => {
        await viewer.page.goto(`${dashboard.url}${place}`);
        const button = viewer.page.getByRole('button', { name, exact: true });
        await button.waitFor();
        return await button.getAttribute('aria-disabled');
      };
      expect([
        await disabled('/destinations', 'Add…'),
        await disabled('/destinations/erp', 'Pause…'),
        await disabled('/destinations/erp', 'Delete…'),
        await disabled('/effects?destination=erp', 'Replay all matching…'),
      ]).toEqual(['true', 'true', 'true', 'true']);
      expect(viewer.complaints).toEqual([]);
      await viewer.page.context().close();
    },
    SECONDS_MS,
  );

  test(
    'a destination is deleted, and the list is shown again',
    async () => {
      await open('/destinations/erp');
      await confirm(
        await ask('Delete…', 'the ERP is gone'),
        'Delete',
        /^deleted; effects that were not sent, and are skipped now: 0/,
      );
      await page.getByText('No destinations yet').waitFor();
      expect(await publishing.inside.collections.destinations.countDocuments()).toBe(0);
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
