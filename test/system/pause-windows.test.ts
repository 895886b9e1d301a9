import { describe, expect, test } from '@jest/globals';
import {
  isPausedAt,
  pauseAt,
  pauseClock,
  pausedMs,
  pauseEndText,
  windowText,
  withPauses,
  type PauseWindow,
} from '../../src/system/pause-windows.ts';

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(text);
const window = (from: string, to: string, days: PauseWindow['days'] = null, timeZone = 'Europe/Berlin') => ({
  days,
  from,
  to,
  timeZone,
});
const NIGHT = window('02:00', '04:00');

/** When windows are open in a time: `from/to`, in UTC. */
function openIn(windows: PauseWindow[], from: string, to: string): string[] {
  const changes: string[] = [];
  for (let now = at(from), was = false; now <= at(to); now += 60_000) {
    const is = now < at(to) && isPausedAt(windows, now);
    if (is !== was) changes.push(new Date(now).toISOString().slice(5, 16));
    was = is;
  }
  return Array.from({ length: changes.length / 2 }, (_, i) => `${changes[2 * i]}/${changes[2 * i + 1]}`);
}

describe('when pause windows are open', () => {
  test.each<[string, PauseWindow[], string, string, string[]]>([
    [
      'every night, in winter',
      [NIGHT],
      '2026-11-27T00:00Z',
      '2026-11-29T00:00Z',
      ['11-27T01:00/11-27T03:00', '11-28T01:00/11-28T03:00'],
    ],
    ['in summer', [NIGHT], '2026-07-01T00:00Z', '2026-07-02T00:00Z', ['07-01T00:00/07-01T02:00']],
    [
      'over midnight',
      [window('23:30', '00:45')],
      '2026-11-26T12:00Z',
      '2026-11-27T12:00Z',
      ['11-26T22:30/11-26T23:45'],
    ],
    [
      'over midnight, only from Friday to Saturday: the day on which it opens counts',
      [window('22:00', '06:00', ['fri'])],
      '2026-11-26T12:00Z',
      '2026-11-28T23:00Z',
      ['11-27T21:00/11-28T05:00'],
    ],
    [
      'a weekend: whole days follow one another',
      [window('00:00', '24:00', ['sat', 'sun'])],
      '2026-11-27T12:00Z',
      '2026-11-30T12:00Z',
      ['11-27T23:00/11-29T23:00'],
    ],
    [
      'two windows that overlap, in two time zones',
      [NIGHT, window('21:37', '23:00', null, 'America/New_York')],
      '2026-11-27T00:00Z',
      '2026-11-28T00:00Z',
      ['11-27T01:00/11-27T04:00'],
    ],
    [
      'a zone that differs by 45 minutes, to the minute',
      [window('02:03', '02:08', null, 'Asia/Kathmandu')],
      '2026-11-27T00:00Z',
      '2026-11-27T23:00Z',
      ['11-27T20:18/11-27T20:23'],
    ],
    [
      'the night in which clocks skip an hour: it is an hour shorter',
      [NIGHT],
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['03-29T01:00/03-29T02:00'],
    ],
    [
      'a window in the hour that clocks skip does not open',
      [window('02:15', '02:45')],
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      [],
    ],
    [
      'a window that opens in the skipped hour opens with it',
      [window('02:30', '03:30')],
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['03-29T01:00/03-29T01:30'],
    ],
    [
      'the night in which clocks show an hour twice: it is an hour longer',
      [NIGHT],
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['10-25T00:00/10-25T03:00'],
    ],
    [
      'a window in the hour that clocks show twice opens twice',
      [window('02:15', '02:45')],
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['10-25T00:15/10-25T00:45', '10-25T01:15/10-25T01:45'],
    ],
    [
      'clocks that change by half an hour',
      [window('01:00', '03:00', null, 'Australia/Lord_Howe')],
      '2026-10-03T00:00Z',
      '2026-10-04T00:00Z',
      ['10-03T14:30/10-03T16:00'],
    ],
    [
      'clocks that skip midnight',
      [window('23:30', '01:30', null, 'America/Santiago')],
      '2026-09-05T12:00Z',
      '2026-09-06T12:00Z',
      ['09-06T03:30/09-06T04:30'],
    ],
  ])('%s', (_when, windows, from, to, open) => {
    expect(openIn(windows, from, to)).toEqual(open);
    const clock = pauseClock(windows);
    for (let now = at(from); now < at(to); now += 7 * 60_000)
      expect(clock(now)).toBe(isPausedAt(windows, now));
  });

  test('the end of a pause is when the last of its windows closes', () => {
    const windows = [NIGHT, window('04:00', '06:30'), window('10:00', '11:00')];
    const now = at('2026-11-27T01:30Z');
    const pause = pauseAt(windows, now);
    expect(pause).toEqual({ endsAt: at('2026-11-27T05:30Z'), timeZone: 'Europe/Berlin' });
    expect(pauseEndText(pause!, now)).toBe('06:30 Europe/Berlin');
    expect(pauseAt(windows, pause!.endsAt!)).toBeNull();
    expect(pauseAt([], now)).toBeNull();
  });

  test('the end has its weekday if it is not within a day', () => {
    const now = at('2026-11-28T01:30Z');
    const pause = pauseAt([window('00:00', '24:00', ['sat', 'sun'])], now);
    expect(pauseEndText(pause!, now)).toBe('Mon 00:00 Europe/Berlin');
  });

  test('windows that cover the whole week have no end', () => {
    const all = [window('00:00', '24:00')];
    expect(pauseAt(all, at('2026-10-24T12:00Z'))).toEqual({ endsAt: null, timeZone: 'Europe/Berlin' });
    expect(withPauses(all, 0, 1)).toBeNull();
    expect(pauseAt([window('12:00', '24:00'), window('00:00', '12:00')], 0)?.endsAt).toBeNull();
  });

  test('how long they were open between two times', () => {
    expect(pausedMs([NIGHT], at('2026-11-27T02:00Z'), at('2026-11-28T01:30Z'))).toBe(1.5 * HOUR_MS);
    expect(pausedMs([NIGHT], at('2026-11-27T03:00Z'), at('2026-11-27T20:00Z'))).toBe(0);
    expect(pausedMs([NIGHT], at('2026-03-28T12:00Z'), at('2026-03-29T12:00Z'))).toBe(HOUR_MS);
    expect(pausedMs([NIGHT], at('2026-10-24T12:00Z'), at('2026-10-25T12:00Z'))).toBe(3 * HOUR_MS);
    expect(pausedMs([NIGHT], 0, at('2026-11-27T12:00Z'))).toBe(14 * 2 * HOUR_MS);
    expect(pausedMs([], 0, at('2026-11-27T12:00Z'))).toBe(0);
  });

  test.each([
    ['it ends before the window', '2026-11-26T23:00Z', 2 * HOUR_MS, 2],
    ['the window interrupts it', '2026-11-27T00:00Z', 2 * HOUR_MS, 4],
    ['it begins within the window', '2026-11-27T02:00Z', HOUR_MS, 2],
    ['two windows interrupt it', '2026-11-27T00:00Z', 24 * HOUR_MS, 28],
  ])('how long something takes: %s', (_what, now, ms, hours) => {
    expect(withPauses([NIGHT], at(now), ms)! / HOUR_MS).toBe(hours);
    expect(withPauses([], at(now), ms)).toBe(ms);
  });

  test('a window as text', () => {
    expect(windowText(NIGHT)).toBe('02:00-04:00 Europe/Berlin');
    expect(windowText(window('00:00', '24:00', ['sat', 'sun']))).toBe('sat,sun 00:00-24:00 Europe/Berlin');
  });
});
