import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { until } from '../support/until.ts';
import { journalEntry } from '../operate/journal-entry.ts';
import { runOps, type RunningOps } from './run-ops.ts';
import { ServedOps } from './served-ops.ts';

interface Line {
  event: string;
  outcome: string;
}

describe('tail', () => {
  let ops: ServedOps;
  let tail: RunningOps | undefined;
  beforeAll(async () => {
    ops = await ServedOps.start();
  });
  afterEach(async () => {
    tail?.child.kill('SIGKILL');
    await tail?.ended;
    await ops.dashboard.collections.events.deleteMany({});
  });
  afterAll(() => ops.stop());

  const follow = (...more: string[]) => (tail = ops.running('tail', '--json', ...more));
  /** A line that is still being written does not count. */
  const lines = ({ said }: RunningOps) =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const numbers = (running: RunningOps) => lines(running).map(({ event }) => Number.parseInt(event, 16));
  const FROM = Date.parse('2026-11-21T12:00:00.000Z');
  /** The journal entry of an event that was processed so many seconds later. */
  const entry = (number: number, more: Partial<EventDocument> = {}): EventDocument =>
    journalEntry('{}', {
      _id: number.toString(16).padStart(64, '0'),
      appliedAt: new Date(FROM + number * 1000),
      ...more,
    });
  /** In order: a poll in between sees the first of them. */
  const journal = (...entries: EventDocument[]) => ops.dashboard.collections.events.insertMany(entries);
  const end = (...news: number[]) => journal(...news.map((number) => entry(number)));

  test('shows the last ten events, then new ones, each once and in order, even if journaled late', async () => {
    await end(...Array.from({ length: 30 }, (_, i) => i + 1));
    const running = follow();
    await until(() => numbers(running).length === 10);
    expect(numbers(running)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    await end(33, 31);
    await until(() => numbers(running).length === 12);
    await end(32);
    await until(() => numbers(running).length === 13);
    expect(numbers(running).slice(10)).toEqual([31, 33, 32]);
  });

  test('shows more than a page of events at once', async () => {
    await end(1);
    const running = follow();
    await until(() => numbers(running).length === 1);
    const many = Array.from({ length: 450 }, (_, i) => i + 2);
    await end(...many);
    await until(() => numbers(running).length >= 451);
    expect(numbers(running)).toEqual([1, ...many]);
  });

  test('shows the first event ever processed', async () => {
    const running = follow();
    // It polls once a second. Events are shown whether they come before or after the first poll.
    const soon = Math.floor((Date.now() - FROM) / 1000);
    await end(soon);
    await until(() => numbers(running).length === 1);
    await end(soon + 1);
    await until(() => numbers(running).length === 2);
    expect(numbers(running)).toEqual([soon, soon + 1]);
  });

  test('shows an event twice that was parked and then applied', async () => {
    await journal(entry(1, { outcome: 'parked', because: 'unreadable' }));
    const running = follow();
    await until(() => lines(running).length === 1);
    const applied = { outcome: 'applied', because: null, appliedAt: entry(5).appliedAt };
    await ops.dashboard.collections.events.updateOne({ _id: entry(1)._id }, { $set: applied });
    await until(() => lines(running).length === 2);
    expect(lines(running).map(({ outcome }) => outcome)).toEqual(['parked', 'applied']);
  });

  test('shows only the requested outcome', async () => {
    await journal(entry(2, { outcome: 'stale' }), entry(1));
    const running = follow('--outcome', 'stale');
    await until(() => numbers(running).length === 1);
    expect(numbers(running)).toEqual([2]);
  });

  test('continues after the dashboard was down for a moment; Ctrl-C ends it with 0', async () => {
    await end(1);
    const running = follow();
    await until(() => numbers(running).length === 1);
    ops.mongo.cut();
    await until(() => running.said.stderr.includes('retrying'), 30_000);
    ops.mongo.heal();
    // This test's own connections were cut, too.
    await until(() => ops.dashboard.collections.events.exists({}).then(Boolean, () => false));
    await end(2);
    await until(() => numbers(running).length === 2);
    // Of another stream than the events: it may arrive after them.
    await until(() => running.said.stderr.includes('reconnected'));
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  test('exits if the first request fails: 3 if a server is down, 1 if the token is refused', async () => {
    ops.mongo.cut();
    expect((await ops.run('tail')).code).toBe(3);
    ops.mongo.heal();
    expect((await runOps(['--url', ops.dashboard.url, '--token', 'forged', 'tail'])).code).toBe(1);
  });
});
