import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../testkit/local/chromium.ts';
import type { Lock } from '../../src/operate/shapes/locks.ts';
import type { AuditEntry } from '../../src/operate/shapes/audit.ts';
import { adminToken } from '../../testkit/local/lockstep.ts';
import { Rig, type Program } from '../faults/rig.ts';
import { openPage, signIn, type WatchedPage } from '../support/browser.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';

const SHOP = 'stopped.myshopify.com';
const reason = 'the worker stands still, see ticket 4711';

/** A worker that is stopped with a lock and a commit on its way, for longer than anyone wants to wait. */
describe('P4: a stopped holder is replaced by an operator', () => {
  let rig: Rig;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '120000', HOLD_FOR_CREATE_MS: '0' });
    await rig.startIngest();
    const { url } = await rig.startDashboard();
    browser = await openBrowser();
    watched = await openPage(browser, url);
    await signIn(watched.page, url, await adminToken('ada'));
    await watched.page.goto(`${url}/locks`);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await rig.close();
  });

  const lockOf = async (order: string): Promise<Lock> =>
    (await rig.ask(`/locks/${order}`)).json as unknown as Lock;

  /**
   * Starts a worker, waits until it has the order's lock and its commit is on its way, and stops it there.
   */
  async function stopInTheMiddle(order: string): Promise<{ worker: Program; resume: () => void }> {
    const mongo = await rig.link('mongo');
    const commits = mongo.intercept('lockstep.orders');
    const worker = await rig.startWorker({ mongo });
    await commits.reached;
    await until(
      async () => ((await lockOf(order)).holder?.program ?? '').endsWith(`:${worker.program.child.pid}`),
      30_000,
      'its lock',
    );
    worker.program.child.kill('SIGSTOP');
    return {
      worker,
      resume: () => {
        worker.program.child.kill('SIGCONT');
        commits.release();
      },
    };
  }

  /**
   * Resumes a stopped worker, and waits until its commit was refused. A worker that was stopped for longer
   * than 15 s (on a slow machine) takes its connection for dead and does not read the refusal: its drain
   * fails.
   */
  async function continuesInVain({
    worker,
    resume,
  }: Awaited<ReturnType<typeof stopInTheMiddle>>): Promise<void> {
    resume();
    const ends = ['lockstep_fencing_rejected_total', 'lockstep_drains_total{outcome="failed"}'];
    const counts = () => Promise.all(ends.map((name) => rig.metric(worker, name)));
    await until(
      async () => (await counts()).some((count) => count >= 1),
      30_000,
      'the late commit to be refused',
    );
  }

  const release = (order: string, token: string) =>
    rig.ask(`/locks/${order}/release`, { token, insist: false, reason });

  /**
   * Locks shows a holder, and for how long it has held the lock; its button opens the dialog that releases
   * the lock.
   */
  async function askToTake(page: Page, holder: Program, heard = '') {
    const held = new RegExp(`:${holder.program.child.pid}\\s${heard}[^]*?\\d+(\\.\\d)? (m?s|min)`);
    await until(async () => held.test(await page.locator('#main').innerText()), 30_000, `${held} on Locks`);
    await page.getByRole('button', { name: /^Release the lock of/ }).click();
    return page.getByRole('dialog');
  }

  /**
   * It requires a reason and the order's id, and a second confirmation if the holder was alive a moment ago.
   */
  async function fillIn(dialog: Awaited<ReturnType<typeof askToTake>>, orderId: string) {
    const take = dialog.getByRole('button', { name: 'Release the lock' });
    await dialog.getByLabel('Reason').fill(reason);
    expect(await take.isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type the order's id/).fill(orderId);
    for (const insist of await dialog.getByRole('checkbox').all()) await insist.check();
    await take.click();
  }

  test('Locks shows it; only the given token releases the lock; late commits are refused; everything is audited', async () => {
    const [life = []] = livesOf(rig.random, SHOP, 1);
    const order = `${SHOP}/${(JSON.parse(life[0]!.body.toString()) as { id: number }).id}`;
    // The order exists already, so that a late commit replaces it.
    const warm = await rig.startWorker();
    await rig.deliver(life[0]!);
    await rig.settled();
    await warm.program.stop();

    await rig.deliver(life[1]!);
    const first = await stopInTheMiddle(order);
    const shown = await lockOf(order);
    expect(shown).toMatchObject({
      order,
      waitingEvents: 1,
      holder: { program: expect.stringMatching(/:\d+$/) },
    });
    expect(shown.ttlLeftMs).toBeGreaterThan(60_000);
    expect(Date.parse(shown.heldSince ?? '')).toBeLessThanOrEqual(Date.now());

    // Its heartbeat is recent: its lock is released only with a second confirmation.
    expect(await release(order, shown.token)).toMatchObject({
      status: 409,
      json: { detail: expect.stringMatching(/alive/) },
    });
    await until(async () => (await lockOf(order)).holder.alive === false, 20_000, 'it to be missed');
    expect((await lockOf(order)).ageMs).toBeGreaterThan(4000);
    expect((await rig.ask('/locks')).json).toMatchObject({ locks: [{ order, holder: { alive: false } }] });

    const { page } = watched;
    const stale = await askToTake(page, first.worker, 'no heartbeat');
    const taken = await release(order, shown.token);
    expect([taken.status, taken.json.released]).toEqual([200, true]);
    // Another takes over, and is stopped as well: the holder has changed.
    const second = await stopInTheMiddle(order);
    await fillIn(stale, order.split('/')[1]!);
    expect(await stale.getByRole('alert').innerText()).toMatch(/holder/);
    expect((await lockOf(order)).token).not.toBe(shown.token);
    await page.keyboard.press('Escape');
    const dialog = await askToTake(page, second.worker);
    await fillIn(dialog, order.split('/')[1]!);
    expect(await dialog.getByRole('status').innerText()).toMatch(/the lock was taken from/);

    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByText('No locks held').waitFor();
    expect(watched.complaints).toEqual([]);

    const third = await rig.startWorker();
    await rig.settled();
    expect((await rig.ask(`/orders/${order}/timeline`)).json).toMatchObject({
      entries: [
        { outcome: 'applied' },
        { outcome: 'applied', worker: expect.stringContaining(`:${third.program.child.pid}`) },
      ],
    });
    const before = (await rig.ask(`/orders/${order}`)).json;
    await Promise.all([continuesInVain(first), continuesInVain(second)]);
    expect((await rig.ask(`/orders/${order}`)).json).toEqual(before);

    const { entries } = (await rig.ask(`/audit?action=lock.release`)).json as unknown as {
      entries: AuditEntry[];
    };
    expect(entries.map(({ outcome }) => outcome).toReversed()).toEqual([
      'refused',
      'done',
      'refused',
      'done',
    ]);
    for (const entry of entries)
      expect(entry).toMatchObject({
        who: 'ada',
        role: 'admin',
        target: order,
        reason: expect.stringContaining('4711'),
      });
    expect((await rig.ask('/audit/chain')).json).toMatchObject({ whole: true });
    await rig.deliver(life[2]!);
    await rig.settled();
    expect((await rig.audit()).lost).toBe(0);
  }, 180_000);
});
