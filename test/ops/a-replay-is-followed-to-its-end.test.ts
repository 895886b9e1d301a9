import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { soundEvent } from '../operate/parked-events.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { followOps, type Ended, type FollowedOps } from './run-ops.ts';
import { ServedOps } from './served-ops.ts';

const REASON = 'the 3 a.m. page';

/** An event that is parked again whenever it is drained. */
function poisonEvent(number: number): WaitingEvent {
  const id = 1000 + number;
  return waitingEvent('orders/updated', { id, updated_at: 'soon' }, { order: keyOf(String(id)) });
}

describe('ops parked replay', () => {
  let ops: ServedOps;
  let way: Link;
  let number = 0;
  beforeAll(async () => {
    ops = await ServedOps.start();
    way = await Link.to(Number(new URL(ops.dashboard.url).port));
  });
  beforeEach(() => ops.dashboard.collections.parked.deleteMany({}));
  afterAll(async () => {
    await ops.stop();
    await way.close();
  });

  /** Parks three events: each of another order. */
  async function park(...kinds: ((number: number) => WaitingEvent)[]): Promise<WaitingEvent[]> {
    const events = kinds.map((kind) => kind((number += 1)));
    await ops.park(events);
    return events;
  }

  /** Drains the events' orders, as a worker would, until the command line ends. */
  async function drainedUntil(ended: Promise<Ended>, events: readonly WaitingEvent[]): Promise<Ended> {
    let isOver = false;
    void ended.finally(() => (isOver = true));
    await until(async () => {
      for (const { order } of events) await ops.drain(order);
      return isOver;
    }, 60_000);
    return await ended;
  }

  const all = (...more: string[]) => ['parked', 'replay', '--all', '--reason', REASON, '--yes', ...more];
  const isReplayed = async ({ id }: WaitingEvent) =>
    (await ops.dashboard.collections.parked.findById(id).lean())?.state === 'replayed';
  const begun = ({ said }: FollowedOps) => until(() => said.stderr.includes('Ctrl-C aborts it'));

  test('without --yes only counts the events; with --yes it is followed to its end', async () => {
    const events = await park(soundEvent);
    const { id } = events[0]!;
    const counted = await ops.run('parked', 'replay', id, id);
    expect(counted.stdout).toContain('1 parked event would be replayed, 20 per second.');
    expect(await ops.audited('parked.replay')).toEqual([]);

    const running = ops.follow('parked', 'replay', id, id, '--reason', REASON, '--yes');
    const { code, stdout, stderr } = await drainedUntil(running.ended, events);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Replay [0-9a-f-]{36} is done: 1 of 1 events were put back/);
    expect(stderr).toContain('Ctrl-C aborts it');
    expect(await ops.audited('parked.replay')).toMatchObject([{ reason: REASON }]);
    expect((await ops.dashboard.collections.events.findById(id).lean())?.outcome).toBe('applied');
  });

  test('ends when its events are processed; if some are parked again, it says so and exits with 1', async () => {
    const events = await park(soundEvent, poisonEvent, poisonEvent);
    const running = ops.follow(...all());
    await until(() => running.said.stderr.includes('waiting up to 30 s until they are processed'), 20_000);
    const { code, stdout } = await drainedUntil(running.ended, events);
    expect(code).toBe(1);
    expect(stdout).toContain('3 of 3 events were put back into their mailboxes.\n2 were PARKED AGAIN');
    expect(stdout).not.toContain('still waiting');
  });

  test('reports events that were taken by another replay or a discard, and does not fail', async () => {
    const events = await park(soundEvent, soundEvent, soundEvent);
    const running = ops.follow(...all('--rate', '1'));
    const first = async () => (await Promise.all(events.map(isReplayed))).some(Boolean);
    await until(first, 20_000);
    await ops.dashboard.collections.parked.updateMany({ state: 'parked' }, { state: 'discarded' });
    const { code, stdout } = await drainedUntil(running.ended, events);
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 3 events were put back');
    expect(stdout).toContain('The other 2 were no longer parked: another replay or a discard took them.');
  });

  test('replays all parked events only with --all', async () => {
    await park(soundEvent, soundEvent);
    await ops.park([waitingEvent('orders/paid', { id: 7 }, { order: keyOf('7') })], 'x: 7');
    const counted = async (...which: string[]) => (await ops.run('parked', 'replay', ...which)).stdout;
    expect(await counted('--all')).toContain('3 parked events would be replayed');
    expect(await counted('--topic', 'orders/paid', '--cause', 'x: …')).toContain('1 parked event would');
  });

  test('Ctrl-C asks the server to abort a replay, and waits until it has', async () => {
    const events = await park(soundEvent, soundEvent, soundEvent);
    const running = ops.running(...all('--rate', '1'));
    await begun(running);
    running.child.kill('SIGINT');
    const { code, stdout } = await drainedUntil(running.ended, events);
    expect(code).toBe(1);
    expect(stdout).toMatch(/was aborted: [12] of 3 events/);
    expect((await ops.audited('replay.abort')).at(-1)).toMatchObject({
      reason: 'Ctrl-C at the command line',
    });
  });

  test('is followed even if the dashboard is down for a moment', async () => {
    const events = await park(soundEvent, soundEvent, soundEvent);
    const [, , ...token] = ops.globals();
    const running = followOps(['--url', `http://127.0.0.1:${way.port}`, ...token, ...all('--rate', '1')]);
    await begun(running);
    way.cut();
    // Long enough for at least one failed poll.
    const before = Date.now();
    await until(() => Date.now() - before > 1200);
    way.heal();
    expect(await drainedUntil(running.ended, events)).toMatchObject({ code: 0 });
  });
});
