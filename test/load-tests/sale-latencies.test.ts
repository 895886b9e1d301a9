import { describe, expect, test } from '@jest/globals';
import { LatencyLog } from '../../load-tests/sale/latencies.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';

function logOf(times: Iterable<number>, intervalMs: number | null = null): LatencyLog {
  const log = new LatencyLog(intervalMs);
  for (const ms of times) log.note(ms);
  return log;
}

const upTo = (most: number) => Array.from({ length: most }, (_, i) => i + 1);

/** The counts, as bar -> count, of all bars that are not empty. */
const countsOf = (log: LatencyLog) =>
  log
    .whole()
    .bars.filter(({ count }) => count > 0)
    .map(({ upToMs, count }) => [upToMs, count]);

const countIn = (log: LatencyLog) => log.whole().bars.reduce((sum, { count }) => sum + count, 0);

describe('percentiles', () => {
  test('of 1 to 10,000 ms are correct, in whatever order they came', () => {
    const times = randomFrom(1).shuffled(upTo(10_000));
    expect(logOf(times).whole()).toMatchObject({
      corrected: false,
      p50Ms: 5001,
      p90Ms: 9001,
      p99Ms: 9901,
      p999Ms: 9991,
      maxMs: 10_000,
    });
  });

  test('of one answer are that answer', () => {
    const { bars: _, ...percentiles } = logOf([7.25]).whole();
    expect(percentiles).toEqual({
      corrected: false,
      p50Ms: 7.25,
      p90Ms: 7.25,
      p99Ms: 7.25,
      p999Ms: 7.25,
      maxMs: 7.25,
    });
  });

  test('one slow answer in a thousand is in the last of them, and not hidden', () => {
    const times = [...Array.from({ length: 999 }, () => 2), 900];
    expect(logOf(times).whole()).toMatchObject({ p50Ms: 2, p99Ms: 2, p999Ms: 900, maxMs: 900 });
  });

  test('of no answer are zeros', () => {
    const { maxMs, p99Ms, bars } = logOf([]).whole();
    expect([maxMs, p99Ms]).toEqual([0, 0]);
    expect(bars.every(({ count }) => count === 0)).toBe(true);
  });
});

describe('coordinated omission', () => {
  test('an answer of 500 ms where one is due every 100 ms counts as 500, 400, 300, 200 and 100', () => {
    const log = logOf([500], 100);
    expect(countsOf(log)).toEqual([
      [100, 1],
      [200, 1],
      [500, 3],
    ]);
    expect(log.whole()).toMatchObject({ corrected: true, maxMs: 500, p50Ms: 300 });
  });

  test('answers within their interval count once', () => {
    const log = logOf([1, 99, 100], 100);
    expect(countIn(log)).toBe(3);
    expect(log.whole().corrected).toBe(true);
  });

  test('one that is late by less than an interval counts with the remaining wait of the next one', () => {
    expect(countsOf(logOf([100.75], 100))).toEqual([
      [1, 1],
      [200, 1],
    ]);
  });

  test('a stall of half a second shows in percentiles that would otherwise hide it', () => {
    // 99 answers of 1 ms at 10 a second, and one of 10 s: 100 of the 199 that were due waited.
    const times = [...Array.from({ length: 99 }, () => 1), 10_000];
    expect(logOf(times).whole()).toMatchObject({ p50Ms: 1, p90Ms: 1 });
    expect(logOf(times, 100).whole()).toMatchObject({ p50Ms: 100, p90Ms: 8100 });
  });

  test('as fast as answers come, nothing is corrected', () => {
    expect(countIn(logOf([500, 500]))).toBe(2);
  });
});

describe('bars', () => {
  test('add up to the count', () => {
    const { next } = randomFrom(2);
    const times = Array.from({ length: 5000 }, () => 20_000 * next() ** 8);
    const log = logOf(times);
    expect(countIn(log)).toBe(5000);
    for (const { upToMs, count } of log.whole().bars.slice(0, -1)) {
      const { bars } = log.whole();
      const above = bars[bars.findIndex((bar) => bar.upToMs === upToMs) - 1]?.upToMs ?? -1;
      expect(count).toBe(times.filter((ms) => ms > above && ms <= upToMs).length);
    }
  });

  test('the last contains the rest, and ends at the slowest', () => {
    expect(logOf([1, 6000, 7000]).whole().bars.at(-1)).toEqual({ upToMs: 7000, count: 2 });
  });
});

describe('a second', () => {
  test('starts again with each reading; the whole keeps everything', () => {
    const log = logOf(upTo(100));
    expect(log.takeSecond()).toEqual({ p50Ms: 51, p99Ms: 100 });
    expect(log.takeSecond()).toEqual({ p50Ms: null, p99Ms: null });
    log.note(3);
    expect(log.takeSecond()).toEqual({ p50Ms: 3, p99Ms: 3 });
    expect(countIn(log)).toBe(101);
  });

  test('reports its answers as they came, not those that they held up', () => {
    const log = logOf([500], 100);
    expect(log.takeSecond()).toEqual({ p50Ms: 500, p99Ms: 500 });
  });
});
