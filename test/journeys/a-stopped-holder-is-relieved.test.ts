import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lock } from '../../src/watch/shapes/locks.ts';
import type { AuditEntry } from '../../src/watch/shapes/audit.ts';
import { Rig, type Program } from '../faults/rig.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';

const SHOP = 'stopped.myshopify.com';

/** A worker that stands still with a lock and a commit on its way, for longer than anybody wants to wait. */
describe('P4: a stopped holder is relieved by a person', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '120000', HOLD_FOR_CREATE_MS: '0' });
    await rig.startIngest();
    await rig.startDashboard();
  }, 60_000);
  afterAll(() => rig.close());

  const lockOf = async (order: string): Promise<Lock> =>
    (await rig.ask(`/locks/${order}`)).json as unknown as Lock;

  /** Starts a worker, waits until it has the order's lock and its commit is on its way, and stops it there. */
  async function stopInTheMiddle(order: string): Promise<{ worker: Program; goOn: () => void }> {
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
      goOn: () => {
        worker.program.child.kill('SIGCONT');
        commits.release();
      },
    };
  }

  const release = (order: string, token: string, insist = false) =>
    rig.ask(`/locks/${order}/release`, { token, insist, reason: 'the worker stands still, see ticket 4711' });

  test('Locks shows it; only the token that was shown takes the lock; late commits are refused; all is audited', async () => {
    const [life = []] = livesOf(rig.random, SHOP, 1);
    const order = `${SHOP}/${(JSON.parse(life[0]!.body.toString()) as { id: number }).id}`;
    // The order is there already, so that a late commit replaces.
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

    // It was heard of a moment ago: only who insists takes its lock.
    expect(await release(order, shown.token)).toMatchObject({
      status: 409,
      json: { error: expect.stringMatching(/alive/) },
    });
    await until(async () => (await lockOf(order)).holder.alive === false, 20_000, 'it to be missed');
    expect((await lockOf(order)).ageMs).toBeGreaterThan(4000);
    expect((await rig.ask('/locks')).json).toMatchObject({ locks: [{ order, holder: { alive: false } }] });

    const taken = await release(order, shown.token);
    expect([taken.status, taken.json.released]).toEqual([200, true]);
    // Another takes over, and is stopped as well: the holder has changed.
    const second = await stopInTheMiddle(order);
    const old = await release(order, shown.token, true);
    expect([old.status, old.json.error]).toEqual([409, expect.stringMatching(/holder/)]);
    const now = await lockOf(order);
    expect(now.token).not.toBe(shown.token);
    expect((await release(order, now.token, true)).status).toBe(200);

    const third = await rig.startWorker();
    await rig.settled();
    expect((await rig.ask(`/orders/${order}/timeline`)).json).toMatchObject({
      entries: [
        { outcome: 'applied' },
        { outcome: 'applied', worker: expect.stringContaining(`:${third.program.child.pid}`) },
      ],
    });
    const before = (await rig.ask(`/orders/${order}`)).json;
    first.goOn();
    second.goOn();
    for (const { worker } of [first, second])
      await until(
        async () => (await rig.metric(worker, 'lockstep_fencing_rejected_total')) >= 1,
        30_000,
        'the late commit to be refused',
      );
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
