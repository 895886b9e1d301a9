import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { park, soundEvent } from '../operate/parked-events.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { followOps, optionsFor, runOps, startOps } from './run-ops.ts';

const REASON = 'it was fixed';
const REPLAY_ALL = ['parked', 'replay', '--all', '--reason', REASON, '--yes'];

describe('ops parked replay', () => {
  let dashboard: ServedDashboard;
  let link: Link;
  let options: string[];
  let events: WaitingEvent[];
  let number = 0;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    link = await Link.to(Number(new URL(dashboard.url).port));
    options = await optionsFor(`http://127.0.0.1:${link.port}`);
  });
  afterAll(async () => {
    await link.close();
    await dashboard.stop();
  });
  beforeEach(async () => {
    await dashboard.collections.audit.deleteMany({});
    events = [1, 2, 3].map(() => soundEvent((number += 1)));
  });
  afterEach(() => dashboard.collections.parked.deleteMany({}));

  const parked = (because?: string) => park({ inside: dashboard }, events, because ? { because } : {});
  const run = (...args: string[]) => runOps([...options, ...args]);
  const follow = (...args: string[]) => followOps([...options, ...args]);
  const audit = () => dashboard.collections.audit.find().sort({ _id: 1 }).lean();
  const waiting = async ({ order }: WaitingEvent) =>
    (await dashboard.redis.llen(redisKeys(0).mailbox(order))) > 0;
  const applied = (given: WaitingEvent[]) =>
    dashboard.collections.events.countDocuments({
      _id: { $in: given.map(({ id }) => id) },
      outcome: 'applied',
    });
  /** Drains as a worker would, as soon as an event waits. */
  async function drain(event: WaitingEvent): Promise<void> {
    await until(() => waiting(event));
    await dashboard.drain(event.order);
  }

  test('without --yes only counts the events; with it, follows them to their end', async () => {
    await parked();
    const ids = events.slice(0, 2).map(({ id }) => id);
    const counted = await run('parked', 'replay', ...ids);
    expect(counted.stdout).toContain('2 parked events would be replayed, 20 per second.');
    expect(await audit()).toEqual([]);
    expect(await dashboard.collections.replays.countDocuments({})).toBe(0);

    const running = follow('parked', 'replay', ...ids, '--reason', REASON, '--yes');
    await Promise.all(events.slice(0, 2).map(drain));
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Replay [0-9a-f-]{36} is done: 2 of 2 events were put back/);
    expect(stderr).toContain('Ctrl-C aborts it');
    expect(await applied(events)).toBe(2);
    expect(await waiting(events[2]!)).toBe(false);
    expect(await audit()).toMatchObject([{ action: 'parked.replay', who: 'ada', reason: REASON }]);
  });

  test('selects all events only with --all', async () => {
    await parked();

    await dashboard.collections.parked.updateOne({ _id: events[0]!.id }, { topic: 'orders/paid' });
    const all = await run('parked', 'replay', '--all', '--reason', REASON);
    expect(all.stdout).toContain('3 parked events would be replayed');
    const some = ['--topic', 'orders/paid', '--cause', 'no … today'];
    expect((await run('parked', 'replay', ...some)).stdout).toContain('1 parked event would be replayed');
    expect((await run('parked', 'replay')).code).toBe(2);
  });

  test('ends when its events are processed; if some are parked again, it says so and exits with 1', async () => {
    // Two of the causes are not fixed.
    for (const event of events.slice(1)) event.body = Buffer.from('{"id": 7, "updated_at": "today"}');
    await parked();
    const running = follow(...REPLAY_ALL);
    await until(() => running.said.stderr.includes('waiting up to 30 s until they are processed'));
    await drain(events[1]!);
    await drain(events[0]!);
    await drain(events[2]!);
    const { code, stdout } = await running.ended;
    expect(code).toBe(1);
    expect(stdout).toContain('3 of 3 events were put back into their mailboxes.\n2 were PARKED AGAIN');
    expect(stdout).not.toContain('still waiting');
    expect(await applied(events)).toBe(1);
  });

  test('events taken by another are reported, and are not a failure', async () => {
    await parked();
    const running = follow(...REPLAY_ALL, '--rate', '1');
    await until(async () => (await Promise.all(events.map(waiting))).includes(true));
    expect((await run('parked', 'discard', '--all', '--reason', 'no longer needed', '--yes')).code).toBe(0);
    for (const event of events) if (await waiting(event)) await drain(event);
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 3 events were put back');
    expect(stdout).toContain('The other 2 were no longer parked: another replay or a discard took them.');
  });

  test('Ctrl-C asks the server to abort a replay, and waits until it has', async () => {
    await parked();
    const { child, said, ended } = startOps([...options, ...REPLAY_ALL, '--rate', '1']);
    await until(() => said.stderr.includes('Ctrl-C aborts it'));
    child.kill('SIGINT');
    const draining = until(async () => {
      for (const event of events) if (await waiting(event)) await dashboard.drain(event.order);
      return child.exitCode !== null;
    });
    const { code, stdout } = await ended;
    await draining;
    expect(code).toBe(1);
    expect(stdout).toMatch(/was aborted: [12] of 3 events/);
    expect((await audit()).at(-1)).toMatchObject({
      action: 'replay.abort',
      reason: 'Ctrl-C at the command line',
      outcome: 'done',
    });
    expect(await dashboard.collections.parked.countDocuments({ state: 'parked' })).toBeGreaterThan(0);
  });

  test('is followed even if the dashboard is unreachable for a moment', async () => {
    await parked();
    const running = follow(...REPLAY_ALL);
    await until(() => running.said.stderr.includes('Ctrl-C aborts it'));
    const before = link.hits;
    link.cut();
    await Promise.all(events.map(drain));
    // At least one poll failed.
    await until(() => link.hits >= before + 2);
    link.heal();
    expect(await running.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('3 of 3 events') });
  });
});
