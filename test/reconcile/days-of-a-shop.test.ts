import { describe, expect, test } from '@jest/globals';
import { daysOf } from '../../src/reconcile/shop-days.ts';

const HOUR_MS = 3_600_000;
const shown = (from: string, to: string, zone: string) =>
  daysOf(from, to, zone).map(({ day, start, end }) => [
    day,
    start.toISOString(),
    (end.getTime() - start.getTime()) / HOUR_MS,
  ]);

describe("a shop's days", () => {
  test('begin at midnight in its time zone', () => {
    expect(shown('2026-11-20', '2026-11-21', 'Asia/Kolkata')).toEqual([
      ['2026-11-20', '2026-11-19T18:30:00.000Z', 24],
      ['2026-11-21', '2026-11-20T18:30:00.000Z', 24],
    ]);
  });

  test.each([
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z', 25],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', 23],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-10-03T13:30:00.000Z', 23.5],
    // Clocks go forward at midnight: the day begins at 1:00.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z', 23],
    ['2026-11-20', 'Pacific/Kiritimati', '2026-11-19T10:00:00.000Z', 24],
    ['2026-11-20', 'Pacific/Pago_Pago', '2026-11-20T11:00:00.000Z', 24],
    // Samoa skipped this day.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 0],
  ])('%s in %s begins at %s and has %d hours', (day, zone, start, hours) => {
    expect(shown(day, day, zone)).toEqual([[day, start, hours]]);
  });

  test('follow each other without a gap, over leap days and new years', () => {
    const days = daysOf('2027-12-30', '2028-03-01', 'Europe/Berlin');
    expect(days).toHaveLength(63);
    for (const [i, { start }] of days.slice(1).entries()) expect(start).toEqual(days[i]?.end);
    expect(days.map(({ day }) => day)).toContain('2028-02-29');
  });

  test('of an unknown zone are an error', () => {
    expect(() => daysOf('2026-11-20', '2026-11-20', 'Mars/Olympus')).toThrow(RangeError);
  });
});
