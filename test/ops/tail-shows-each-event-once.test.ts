import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import type { ServedRoutes } from '../operate/served-routes.ts';
import { endedEvent } from './recorded-answers.ts';
import { serveRecorded } from './recorded-api.ts';
import type { Recorded } from './recorded.ts';
import { runOps, startOps, type RunningOps } from './run-ops.ts';

interface Line {
  event: string;
  outcome: string;
}

describe('tail', () => {
  let recorded: Recorded;
  let served: ServedRoutes;
  let tail: RunningOps | undefined;
  beforeEach(async () => {
    ({ recorded, served } = await serveRecorded());
  });
  afterEach(async () => {
    tail?.child.kill('SIGKILL');
    await tail?.ended;
    await served.stop();
  });

  const follow = (...more: string[]) =>
    (tail = startOps(['--url', served.url, '--token', 'viewer', 'tail', '--json', ...more]));
  /** A line that is still being written does not count. */
  const lines = ({ said }: RunningOps) =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const numbers = (running: RunningOps) => lines(running).map(({ event }) => Number.parseInt(event, 16));
  const end = (...news: number[]) =>
    (recorded.events = [...news.map((number) => endedEvent(number)), ...recorded.events].toSorted((a, b) =>
      String(a.appliedAt) < String(b.appliedAt) ? 1 : -1,
    ));

  test('shows the last ten events, then new ones, each once and in order, even if journaled late', async () => {
    end(...Array.from({ length: 30 }, (_, i) => i + 1));
    const running = follow();
    await until(() => numbers(running).length === 10);
    expect(numbers(running)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    end(33, 31);
    await until(() => numbers(running).length === 12);
    end(32);
    await until(() => numbers(running).length === 13);
    expect(numbers(running).slice(10)).toEqual([31, 33, 32]);
  });

  test('shows more than a page of events at once', async () => {
    end(1);
    const running = follow();
    await until(() => numbers(running).length === 1);
    const many = Array.from({ length: 450 }, (_, i) => i + 2);
    end(...many);
    await until(() => numbers(running).length >= 451);
    expect(numbers(running)).toEqual([1, ...many]);
  });

  test('shows the first event ever processed', async () => {
    const running = follow();
    // It polls once a second. Events are shown whether they come before or after the first poll.
    const soon = Math.floor((Date.now() - Date.parse('2026-11-21T12:00:00.000Z')) / 1000);
    end(soon);
    await until(() => numbers(running).length === 1);
    end(soon + 1);
    await until(() => numbers(running).length === 2);
    expect(numbers(running)).toEqual([soon, soon + 1]);
  });

  test('shows an event twice that was parked and then applied', async () => {
    recorded.events = [endedEvent(1, { outcome: 'parked', because: 'unreadable' })];
    const running = follow();
    await until(() => lines(running).length === 1);
    recorded.events = [endedEvent(1, { appliedAt: endedEvent(5).appliedAt })];
    await until(() => lines(running).length === 2);
    expect(lines(running).map(({ outcome }) => outcome)).toEqual(['parked', 'applied']);
  });

  test('shows only the requested outcome', async () => {
    recorded.events = [endedEvent(2, { outcome: 'stale' }), endedEvent(1)];
    const running = follow('--outcome', 'stale');
    await until(() => numbers(running).length === 1);
    expect(numbers(running)).toEqual([2]);
  });

  test('continues after the dashboard was down for a moment; Ctrl-C ends it with 0', async () => {
    end(1);
    const running = follow();
    await until(() => numbers(running).length === 1);
    recorded.away = true;
    await until(() => running.said.stderr.includes('retrying'));
    end(2);
    recorded.away = false;
    await until(() => numbers(running).length === 2);
    // Of another stream than the events: it may arrive after them.
    await until(() => running.said.stderr.includes('reconnected'));
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  test('exits if the first request fails: 3 if a server is down, 1 if the token is refused', async () => {
    recorded.away = true;
    expect((await runOps(['--url', served.url, '--token', 'viewer', 'tail'])).code).toBe(3);
    expect((await runOps(['--url', served.url, '--token', 'forged', 'tail'])).code).toBe(1);
  });
});
