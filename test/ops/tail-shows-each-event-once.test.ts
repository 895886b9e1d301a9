import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { journalEntry } from '../operate/journal-entry.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { optionsFor, runOps, startOps, type RunningOps } from './run-ops.ts';

/** Of event 0; each later one is a second later. Long enough ago that none is later than now. */
const SINCE = Date.now() - 3_600_000;

function ended(number: number, more: Partial<EventDocument> = {}): EventDocument {
  const appliedAt = new Date(SINCE + number * 1000);
  return journalEntry('{}', { _id: number.toString(16).padStart(64, '0'), appliedAt, ...more });
}

interface Line {
  event: string;
  outcome: string;
}

describe('tail', () => {
  let dashboard: ServedDashboard;
  let link: Link;
  let options: string[];
  let tail: RunningOps | undefined;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    link = await Link.to(Number(new URL(dashboard.url).port));
    options = await optionsFor(`http://127.0.0.1:${link.port}`, 'viewer');
  });
  beforeEach(() => dashboard.collections.events.deleteMany({}));
  afterEach(async () => {
    tail?.child.kill('SIGKILL');
    await tail?.ended;
  });
  afterAll(async () => {
    await link.close();
    await dashboard.stop();
  });

  const follow = (...more: string[]) => (tail = startOps([...options, 'tail', '--json', ...more]));
  /** A line that is still being written does not count. */
  const lines = ({ said }: RunningOps) =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const numbers = (running: RunningOps) => lines(running).map(({ event }) => Number.parseInt(event, 16));
  const write = (...entries: EventDocument[]) => dashboard.collections.events.insertMany(entries);
  const end = (...news: number[]) => write(...news.map((number) => ended(number)));

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
    const soon = Math.floor((Date.now() - SINCE) / 1000);
    await end(soon);
    await until(() => numbers(running).length === 1);
    await end(soon + 1);
    await until(() => numbers(running).length === 2);
    expect(numbers(running)).toEqual([soon, soon + 1]);
  });

  test('shows an event twice that was parked and then applied', async () => {
    await write(ended(1, { outcome: 'parked', because: 'unreadable' }));
    const running = follow();
    await until(() => lines(running).length === 1);
    const { appliedAt } = ended(5);
    const { collections } = dashboard;
    await collections.events.updateOne({ _id: ended(1)._id }, { outcome: 'applied', appliedAt });
    await until(() => lines(running).length === 2);
    expect(lines(running).map(({ outcome }) => outcome)).toEqual(['parked', 'applied']);
  });

  test('shows only the requested outcome', async () => {
    await write(ended(1), ended(2, { outcome: 'stale' }));
    const running = follow('--outcome', 'stale');
    await until(() => numbers(running).length === 1);
    expect(numbers(running)).toEqual([2]);
  });

  test('continues after the dashboard was down for a moment; Ctrl-C ends it with 0', async () => {
    await end(1);
    const running = follow();
    await until(() => numbers(running).length === 1);
    link.cut();
    await until(() => running.said.stderr.includes('retrying'));
    await end(2);
    link.heal();
    await until(() => numbers(running).length === 2);
    // Of another stream than the events: it may arrive after them.
    await until(() => running.said.stderr.includes('reconnected'));
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  test('exits if the first request fails: 3 if a server is down, 1 if the token is refused', async () => {
    link.cut();
    const unreachable = await runOps([...options, 'tail']);
    link.heal();
    expect(unreachable.code).toBe(3);
    expect((await runOps([...options, '--token', 'forged', 'tail'])).code).toBe(1);
  });
});
