import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { adminToken } from '../../testkit/local/lockstep.ts';
import { Rig } from '../faults/rig.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { FIGURES } from '../support/figures-of-pages.ts';
import { http } from '../support/http.ts';
import type { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { faultsOf, jumpsOf, openAt, preparePage, samplesArrive } from '../support/looks.ts';
import { stopInTheSale, type StoppedSale } from '../support/stopped-sale.ts';
import { until } from '../support/until.ts';
import { runOps } from '../ops/run-ops.ts';

const UNREAD = /Loading failed[^]*Retrying automatically/;

/** ORDER and EVENT are replaced by unknown ones, and later by some of the sale. */
interface PageRow {
  place: string;
  heading: RegExp;
  /** Nothing has ever happened, and why nothing is shown. Signing in is audited, and makes a token known. */
  empty: RegExp;
  /** A sale is stopped in the middle. */
  filled: RegExp;
  /** And then Redis is stopped. Data in MongoDB is still shown. */
  away?: RegExp;
}

// prettier-ignore
const PAGES: readonly PageRow[] = [
  { place: '/', heading: /^Overview/, empty: /All is well: nothing is waiting/, filled: /Waiting events\s+1\d\s/, away: /Redis is down/ },
  { place: '/orders', heading: /^Orders/, empty: /once its first event is applied/, filled: /#1\d{3}/ },
  { place: '/orders/ORDER', heading: /^Order /, empty: /Not found\s+no such order/, filled: /Locked by .*stopped responding/, away: /updated_at: expected a time/ },
  { place: '/events', heading: /^Events/, empty: /once it is applied, found to contain nothing new, or parked/, filled: /refunds\/create/ },
  { place: '/events/EVENT', heading: /^Event /, empty: /Not found\s+no such event/, filled: /updated_at: expected a time/ },
  { place: '/parked', heading: /^Parked/, empty: /cannot be applied after all attempts/, filled: /updated_at: expected a time/ },
  { place: '/parked?view=events', heading: /^Parked/, empty: /cannot be applied after/, filled: /updated_at: expected a time/ },
  { place: '/parked?view=replays', heading: /^Parked/, empty: /No replays yet/, filled: /No replays yet/ },
  { place: '/parked?event=EVENT', heading: /^Parked/, empty: /No such parked event/, filled: /Why it could not be applied/ },
  { place: '/locks', heading: /^Locks/, empty: /holds its order's lock for milliseconds/, filled: /no heartbeat for/, away: UNREAD },
  { place: '/mailboxes', heading: /^Mailboxes/, empty: /normal while the workers keep up/, filled: /5 orders have/, away: UNREAD },
  { place: '/mailboxes/ORDER', heading: /^Mailbox/, empty: /searched: its mailbox in Redis/, filled: /orders\/paid/, away: UNREAD },
  { place: '/queues', heading: /^Queues/, empty: /0 events waiting[^]*running/, filled: /Queue 0 is paused/, away: UNREAD },
  { place: '/dedupe', heading: /^Dedupe/, empty: /Each event's page shows its hash/, filled: /No hash entered/ },
  { place: '/dedupe?by=body', heading: /^Dedupe/, empty: /Byte for byte as sent/, filled: /Byte for byte/ },
  { place: '/dedupe?event=EVENT', heading: /^Dedupe/, empty: /searched: Redis/, filled: /Expires in/, away: UNREAD },
  { place: '/destinations', heading: /^Destinations/, empty: /No destinations yet/, filled: /No destinations yet/ },
  { place: '/destinations/erp', heading: /^Destination erp/, empty: /there is no destination erp/, filled: /there is no destination erp/ },
  { place: '/effects', heading: /^Effects/, empty: /No effects yet/, filled: /No effects yet/ },
  { place: '/effects/EFFECT', heading: /^Effect /, empty: /does not exist, or has expired/, filled: /does not exist, or has expired/ },
  { place: '/shops', heading: /^Shops/, empty: /sends its first accepted event/, filled: /4 shops; the busiest/, away: UNREAD },
  { place: '/reconciles', heading: /^Reconciliation/, empty: /No reconciliations yet/, filled: /No reconciliations yet/ },
  { place: '/completeness', heading: /^Completeness/, empty: /No completeness checks yet/, filled: /No completeness checks yet/ },
  { place: '/requests', heading: /^Privacy requests/, empty: /No requests/, filled: /No requests/ },
  { place: '/audit', heading: /^Audit/, empty: /session\.begin/, filled: /queue\.pause/ },
  { place: '/load-tests', heading: /^Load tests/, empty: /Searched the newest/, filled: /Searched the newest/ },
  { place: '/doctor', heading: /^Doctor/, empty: /checks: 0 failed/, filled: /start a worker/, away: /9 checks skipped/ },
  { place: '/verify', heading: /^Verify/, empty: /Not verified yet/, filled: /Not verified yet/ },
  { place: '/tokens', heading: /^Tokens/, empty: /ada/, filled: /ada/ },
  { place: '/nowhere', heading: /^Page not found/, empty: /no page at this address/, filled: /no page at this address/ },
];
const EFFECT = `ef_${'0'.repeat(40)}`;
const rows = PAGES.map((page) => [page.place, page] as const);

/** Pages that are checked at once, each in a tab of its own. */
const TABS = 2;
const PAGE_MS = 180_000;

describe('every page in a real Chromium', () => {
  let rig: Rig;
  let mongo: Link;
  let url = '';
  let token = '';
  let browser: Browser;
  /** They go from page to page. */
  let tabs: WatchedPage[] = [];
  /** Is never reloaded: it must recover automatically. */
  let staying: WatchedPage;
  let sale: StoppedSale | undefined;
  let known = { ORDER: 'nobody.myshopify.com/1', EVENT: '0'.repeat(64) };

  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '300000', HOLD_FOR_CREATE_MS: '0' });
    mongo = await rig.link('mongo');
    await Promise.all([rig.startIngest(), rig.startWorker({ mongo }), rig.startDashboard()]);
    url = rig.dashboard?.url ?? '';
    token = await adminToken('ada');
    browser = await openBrowser();
    staying = await openSignedIn();
    tabs = await Promise.all(Array.from({ length: TABS }, openSignedIn));
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    process.kill(rig.redis.pid, 'SIGCONT');
    sale?.resume();
    await rig.close();
  }, 60_000);

  async function openSignedIn(): Promise<WatchedPage> {
    const watched = await openPage(browser, url);
    await preparePage(watched.page);
    await signIn(watched.page, url, token);
    return watched;
  }

  const ask = async (place: string) =>
    (await http(`${url}/api${place}`, { headers: { authorization: `Bearer ${token}` } })).json;
  const status = async (): Promise<SystemStatus> => {
    const { stdout } = await runOps(['status', '--json'], { LOCKSTEP_URL: url, LOCKSTEP_TOKEN: token });
    return JSON.parse(stdout) as SystemStatus;
  };

  async function shows(page: Page, text: RegExp, where = '#main'): Promise<void> {
    const found = page.locator(where);
    await until(async () => text.test(await found.innerText()), 40_000).catch(async () => {
      throw new Error(`${String(text)} is not shown in: ${await found.innerText()}`);
    });
  }

  async function open(page: Page, { place, heading }: PageRow, text: RegExp): Promise<void> {
    await openAt(
      page,
      url + place.replace('ORDER', known.ORDER).replace('EVENT', known.EVENT).replace('EFFECT', EFFECT),
    );
    expect(await page.locator('#main h1').allInnerTexts()).toEqual([expect.stringMatching(heading)]);
    await shows(page, text);
  }

  const faults = async ({ page, complaints }: WatchedPage, scheme: 'light' | 'dark') => [
    ...(await jumpsOf(page)),
    ...(await faultsOf(page, scheme)),
    ...complaints.splice(0),
  ];

  /** Checks all pages, each tab its share of them, from the first test on; each test waits for its page. */
  function sideBySide(check: (tab: WatchedPage, row: PageRow) => Promise<void>) {
    const checks = new Map<PageRow, Promise<void>>();
    const checkAll = () => {
      const before = tabs.map(() => Promise.resolve());
      for (const [i, row] of PAGES.entries()) {
        const at = i % tabs.length;
        const checked = before[at]!.then(() => check(tabs[at]!, row));
        before[at] = checked.catch(() => undefined);
        checks.set(row, checked);
      }
    };
    return async (_: string, row: PageRow): Promise<void> => {
      if (checks.size === 0) checkAll();
      await checks.get(row);
    };
  }

  /** What a page shows and what `ops status` says, once they agree; if they never do, the last values. */
  async function compare({ place, shown, told }: (typeof FIGURES)[number]) {
    const { page } = tabs[0]!;
    await openAt(page, url + place);
    const read = async () => {
      const said = told(await status());
      return { page: { place, ...(await shown(page)) }, ops: { place, ...said } };
    };
    let both = await read();
    await until(async () => {
      both = await read();
      return isDeepStrictEqual(both.page, both.ops);
    }, 10_000).catch(() => undefined);
    return both;
  }

  test.each(rows)(
    '%s, of a Lockstep that was never used, says so',
    sideBySide(async (tab, row) => {
      await open(tab.page, row, row.empty);
      expect(await faults(tab, 'light')).toEqual([]);
    }),
    PAGE_MS,
  );

  test('a flash sale runs, and is stopped in the middle', async () => {
    sale = await stopInTheSale(rig, mongo);
    const { order } = sale;
    await rig.ask('/queues/0/pause', { reason: 'all of it is to be looked at' });
    // However slow this machine is: the lock is still held when the last page is checked.
    expect(await rig.direct.pexpire(redisKeys(0).lock(order as OrderKey), 3_600_000)).toBe(1);
    const isMissed = async () =>
      ((await ask(`/locks/${order}`)).holder as { alive: boolean }).alive === false;
    await until(isMissed, 20_000, 'the worker to be missed');
    const { parked } = (await ask('/parked')) as { parked: { event: string }[] };
    known = { ORDER: order, EVENT: parked[0]?.event ?? '' };
    const now = await status();
    expect(now).toMatchObject({ waitingOrders: 5, locksHeld: 1, parked: 1, pausedQueues: [0] });
    expect(now.accepted).toBeGreaterThan(2000);
    expect(now.duplicates).toBeGreaterThan(100);
  }, 120_000);

  test('every figure agrees with ops status, and with the metrics', async () => {
    for (const page of FIGURES) {
      const both = await compare(page);
      expect(both.page).toEqual(both.ops);
    }
    const { waitingEvents, parked } = await status();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`lockstep_waiting_events ${waitingEvents}\n`);
    expect(metrics).toContain(`lockstep_parked_events ${parked}\n`);
  }, 120_000);

  test.each(rows)(
    '%s, filled by the sale: nothing jumps while samples arrive, nothing overlaps',
    sideBySide(async (tab, row) => {
      await open(tab.page, row, row.filled);
      await samplesArrive(tab.page, 2);
      expect(await faults(tab, 'dark')).toEqual([]);
    }),
    PAGE_MS,
  );

  test('Redis is stopped: the page stays, and says how old its data is', async () => {
    await openAt(staying.page, `${url}/mailboxes`);
    await shows(staying.page, /5 orders have waiting events/);
    process.kill(rig.redis.pid, 'SIGSTOP');
    await shows(staying.page, /Redis has been down since \d\d:\d\d:\d\d\. .* as of then/, '.banner');
    await shows(staying.page, /5 orders have waiting events[^]*Loading failed[^]*as of \d\d:\d\d:\d\d/);
    // Webhooks that arrive meanwhile wait in MongoDB, and are counted.
    const [[create] = []] = livesOf(rig.random, 'meanwhile.myshopify.com', 1);
    await rig.deliver(create!);
    const both = await compare(FIGURES[0]!);
    expect(both.page).toEqual(both.ops);
    expect(both.page).toMatchObject({ Redis: 'down', 'Spooled events': '1', Duplicates: '–' });
  }, 90_000);

  test.each(rows)(
    '%s, with Redis stopped, shows what MongoDB has, or that it cannot be read',
    sideBySide(async (tab, row) => {
      await open(tab.page, row, row.away ?? row.filled);
      await shows(tab.page, /Redis has been down/, '.banner');
      expect(await faults(tab, 'light')).toEqual([]);
    }),
    PAGE_MS,
  );

  test('Redis is back: the page recovers automatically, and the sale ends', async () => {
    process.kill(rig.redis.pid, 'SIGCONT');
    const { page, complaints } = staying;
    await until(async () => !/Redis/.test(await page.locator('.banner').innerText()), 30_000, 'no banner');
    await until(async () => !UNREAD.test(await page.locator('#main').innerText()), 30_000, 'rows again');
    await rig.ask('/queues/0/resume', { reason: 'all of it was looked at' });
    sale?.resume();
    // On a slow machine the lock's time is over by now, and its holder lets it expire.
    await rig.direct.pexpire(redisKeys(0).lock(known.ORDER as OrderKey), 10_000);
    const isEmpty = async () => /0 orders have waiting events/.test(await page.locator('#main').innerText());
    await until(isEmpty, 60_000, 'empty mailboxes');
    expect(complaints).toEqual([]);
    await rig.settled();
    const both = await compare(FIGURES[0]!);
    expect(both.page).toEqual(both.ops);
    expect(both.page).toMatchObject({ 'Waiting events': '0', 'Spooled events': '0', Redis: 'up' });
    expect(await rig.audit()).toMatchObject({ lost: 0, twice: 0, inversions: 0 });
  }, 120_000);
});
