import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { expectReadable } from '../support/barriers.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { until } from '../support/until.ts';

const SECONDS_MS = 120_000;
const SECRET = 'hunter2hunter2';
const WEBHOOK = `https://hooks.slack.com/services/${SECRET}`;
const CREDENTIALS = {
  postgres: 'Password',
  rabbitmq: 'Password',
  nats: 'Password, token, or content of a credentials file',
  kafka: 'Password',
  sqs: 'Secret access key',
  slack: 'Address of the incoming webhook',
} as const;

/** What is typed for each kind, by label; and the settings that the API then has. */
const KINDS = [
  [
    'postgres',
    { Address: 'postgres://lockstep@db.example.com/shop', Table: 'shop.orders' },
    { url: 'postgres://lockstep@db.example.com/shop', table: 'shop.orders', tls: true, ca: null },
  ],
  [
    'rabbitmq',
    { Address: 'amqps://lockstep@mq.example.com/shop', Exchange: 'orders' },
    { url: 'amqps://lockstep@mq.example.com/shop', exchange: 'orders', routingKey: '{type}', ca: null },
  ],
  [
    'nats',
    { Address: 'tls://lockstep@nats.example.com', Subject: 'orders.{type}' },
    { url: 'tls://lockstep@nats.example.com', subject: 'orders.{type}', ca: null },
  ],
  [
    'kafka',
    { Brokers: 'a.example.com:9092\nb.example.com:9092', Topic: 'orders', User: 'lockstep' },
    {
      brokers: ['a.example.com:9092', 'b.example.com:9092'],
      topic: 'orders',
      user: 'lockstep',
      mechanism: 'scram-sha-512',
      tls: true,
      ca: null,
    },
  ],
  [
    'sqs',
    {
      Address: 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo',
      Region: 'eu-central-1',
      'Access key id': 'AKIAEXAMPLE',
    },
    {
      url: 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo',
      region: 'eu-central-1',
      accessKeyId: 'AKIAEXAMPLE',
      ca: null,
    },
  ],
  ['slack', {}, { ca: null }],
] as const;

describe('the form of a destination has every kind, in a real Chromium', () => {
  let dashboard: ServedDashboard;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    browser = await openBrowser();
    watched = await openPage(browser, dashboard.url);
    page = watched.page;
    page.setDefaultTimeout(25_000);
    await signIn(page, dashboard.url, await mintToken(JWT_SECRET, { name: 'ada', role: 'admin' }, 1));
  }, SECONDS_MS);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  const field = (dialog: Locator, label: string) => dialog.getByRole('textbox', { name: label, exact: true });
  const stored = async (name: string) => {
    // While MongoDB is busy, the API may refuse for a moment.
    let answer = await dashboard.get(`/api/destinations/${name}`);
    const isKnown = async () => {
      if (answer.status === 503) answer = await dashboard.get(`/api/destinations/${name}`);
      return answer.status !== 503;
    };
    await until(isKnown, 20_000, 'the API to answer');
    return answer.json;
  };

  async function ask(place: string, button: string): Promise<Locator> {
    await page.goto(`${dashboard.url}${place}`);
    await page.getByRole('button', { name: button, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the test');
    return dialog;
  }

  const press = (dialog: Locator, name: string) => dialog.getByRole('button', { name, exact: true }).click();

  /** The error that a field has, for people and for screen readers. */
  const errorOf = async (dialog: Locator, label: string): Promise<string> => {
    const input = field(dialog, label);
    const ids = (await input.getAttribute('aria-describedby')) ?? '';
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    const texts = ids
      .split(' ')
      .filter(Boolean)
      .map((id) => dialog.locator(`[id="${id}"]`).innerText());
    return (await Promise.all(texts)).join('\n');
  };

  test.each(KINDS)(
    '%s: it is added and changed; its credentials are never shown',
    async (kind, typed, settings) => {
      const dialog = await ask('/destinations', 'Add…');
      await field(dialog, 'Name').fill(kind);
      await dialog.getByLabel('Kind').selectOption(kind);
      for (const [label, value] of Object.entries(typed)) await field(dialog, label).fill(value);
      await field(dialog, CREDENTIALS[kind]).fill(kind === 'slack' ? WEBHOOK : SECRET);
      await press(dialog, 'Add');
      await dialog.getByText(/^added: /).waitFor();
      const rate = kind === 'slack' ? { max: 1, durationMs: 1000 } : null;
      expect(await stored(kind)).toMatchObject({ kind, settings, credentials: true, rate, readBack: null });

      const change = await ask(`/destinations/${kind}`, 'Change…');
      for (const [label, value] of Object.entries(typed))
        expect(await field(change, label).inputValue()).toBe(value);
      expect(await page.content()).not.toContain(SECRET);
      await change.getByText('More settings').click();
      await change.getByLabel('Read-back').selectOption('http');
      await field(change, 'Address to read from').fill('https://erp.example.com/orders');
      await press(change, 'Change');
      await change.getByText('changed: revision 2').waitFor();
      expect(await stored(kind)).toMatchObject({
        settings,
        credentials: true,
        rate,
        readBack: { kind: 'http', url: 'https://erp.example.com/orders' },
      });
      await press(change, 'Close');
      await page.getByText('from https://erp.example.com/orders').waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'what the API refuses is said at the field, until the field is changed',
    async () => {
      const dialog = await ask('/destinations', 'Add…');
      await field(dialog, 'Name').fill('bus');
      await dialog.getByLabel('Kind').selectOption('kafka');
      const add = dialog.getByRole('button', { name: 'Add', exact: true });
      expect(await add.isDisabled()).toBe(true);
      await field(dialog, 'Brokers').fill('kafka.example.com');
      await field(dialog, 'Topic').fill('orders of today');
      await add.click();
      await dialog.getByRole('alert').waitFor();
      expect(await errorOf(dialog, 'Brokers')).toContain('not a broker like kafka.example.com:9092');
      expect(await errorOf(dialog, 'Topic')).toContain('not a topic');
      await expectReadable(page, 'destination-form-refused', '[role="dialog"]');
      await field(dialog, 'Brokers').fill('kafka.example.com:9092');
      expect(await field(dialog, 'Brokers').getAttribute('aria-invalid')).not.toBe('true');
      await field(dialog, 'Topic').fill('orders');
      await dialog.getByText('More settings').click();
      await field(dialog, 'Filter').fill('data.test =');
      await dialog.getByText('More settings').click();
      await add.click();
      // Among the settings that were closed.
      await field(dialog, 'Filter').waitFor();
      expect(await errorOf(dialog, 'Filter')).toContain('not JSONata');
      await field(dialog, 'Filter').fill('');
      await add.click();
      await dialog.getByText(/^added: /).waitFor();
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );

  test(
    'a changed address needs the credentials again; they can be removed, and a table can be read by a query',
    async () => {
      const dialog = await ask('/destinations/postgres', 'Change…');
      await field(dialog, 'Address').fill('postgres://lockstep@other.example.com/shop');
      await press(dialog, 'Change');
      await dialog.getByRole('alert').waitFor();
      expect(await errorOf(dialog, 'Password')).toContain('must be given again');
      await dialog.getByLabel('Remove what it has').check();
      await dialog.getByText('More settings').click();
      await dialog.getByLabel('Read-back').selectOption('sql');
      await field(dialog, 'Query').fill('select id as key, version from orders');
      await press(dialog, 'Change');
      await dialog.getByText(/^changed: revision/).waitFor();
      expect(await stored('postgres')).toMatchObject({
        settings: { url: 'postgres://lockstep@other.example.com/shop' },
        credentials: false,
        readBack: { kind: 'sql', query: 'select id as key, version from orders' },
      });
      await press(dialog, 'Close');
      await page.getByText('by the query select id as key').waitFor();
      await expectReadable(page, 'destination-postgres', '#main');
      expect(watched.complaints).toEqual([]);
    },
    SECONDS_MS,
  );
});
