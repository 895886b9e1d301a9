import { describe, expect, test } from '@jest/globals';
import { rangeOf } from '../../src/browser/orders/created-range.ts';
import { addDays, dayOf, endOf, startOf } from '../../src/browser/text/days.ts';

const HOUR_MS = 3_600_000;
const hoursOf = (day: string, zone: string) =>
  (endOf(day, zone)!.getTime() + 1 - startOf(day, zone)!.getTime()) / HOUR_MS;
const range = (preset: string, now: string, zone: string) => {
  const { createdFrom, createdTo } = rangeOf(preset, new Date(now), zone);
  return [createdFrom, createdTo];
};

describe('the days of a time zone', () => {
  test.each([
    ['UTC', '2026-11-27', 24, '2026-11-27T00:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01', 24, '2026-06-30T22:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', 23, '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25', 25, '2026-10-24T22:00:00.000Z'],
    ['America/New_York', '2026-11-01', 25, '2026-11-01T04:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-27', 24, '2026-11-26T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-27', 24, '2026-11-26T10:00:00.000Z'],
    // Clocks change at midnight: the day begins at 01:00, or the day before has 25 hours.
    ['Africa/Cairo', '2026-04-24', 23, '2026-04-23T22:00:00.000Z'],
    ['Africa/Cairo', '2026-10-29', 25, '2026-10-28T21:00:00.000Z'],
    ['America/Havana', '2026-11-01', 25, '2026-11-01T04:00:00.000Z'],
  ])('in %s, %s has %d hours', (zone, day, hours, start) => {
    expect([startOf(day, zone)?.toISOString(), hoursOf(day, zone)]).toEqual([start, hours]);
  });

  test('every moment of a year is between the start and the end of its day', () => {
    for (const zone of ['America/New_York', 'Africa/Cairo']) {
      for (let day = '2026-01-01'; day < '2027-01-01'; day = addDays(day, 1)) {
        const [start, end] = [startOf(day, zone)!, endOf(day, zone)!];
        expect([dayOf(start, zone), dayOf(end, zone)]).toEqual([day, day]);
        expect(dayOf(new Date(start.getTime() - 1), zone)).toBe(addDays(day, -1));
      }
    }
  });

  test('text that is not a day has neither start nor end', () => {
    expect([startOf('2026-13-01', 'UTC'), endOf('yesterday', 'UTC')]).toEqual([null, null]);
  });
});

describe('presets', () => {
  const NOW = '2026-11-27T15:00:00Z';
  test.each([
    ['today', '2026-11-27T00:00:00.000Z', '2026-11-27T23:59:59.999Z'],
    ['yesterday', '2026-11-26T00:00:00.000Z', '2026-11-26T23:59:59.999Z'],
    ['7d', '2026-11-21T00:00:00.000Z', '2026-11-27T23:59:59.999Z'],
    ['30d', '2026-10-29T00:00:00.000Z', '2026-11-27T23:59:59.999Z'],
    ['month', '2026-11-01T00:00:00.000Z', '2026-11-27T23:59:59.999Z'],
    ['', '', ''],
    ['toString', '', ''],
  ])('%s', (preset, from, to) => {
    expect(range(preset, NOW, 'UTC')).toEqual([from, to]);
  });

  test("today is the day in the browser's time zone", () => {
    const late = '2026-11-27T23:30:00Z';
    expect(range('today', late, 'Europe/Berlin')[0]).toBe('2026-11-27T23:00:00.000Z');
    expect(range('today', late, 'America/New_York')[0]).toBe('2026-11-27T05:00:00.000Z');
  });

  test('across a change of clocks, and across months and years', () => {
    expect(range('yesterday', '2026-10-26T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T22:59:59.999Z',
    ]);
    expect(range('7d', '2026-04-01T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-25T23:00:00.000Z',
      '2026-04-01T21:59:59.999Z',
    ]);
    expect(range('30d', '2026-01-10T12:00:00Z', 'UTC')[0]).toBe('2025-12-12T00:00:00.000Z');
    expect(range('month', '2026-11-30T12:00:00Z', 'America/New_York')[0]).toBe('2026-11-01T04:00:00.000Z');
  });
});
