import { describe, expect, test } from '@jest/globals';
import { momentText, microsOf, millisOf } from '../../src/order/instants.ts';

const TEN = Date.UTC(2026, 10, 27, 10) * 1000;

describe('an instant', () => {
  test.each([
    ['2026-11-27T10:00:00Z', TEN],
    ['2026-11-27t10:00:00z', TEN],
    ['2026-11-27 10:00:00Z', TEN],
    ['2026-11-27T05:00:00-05:00', TEN],
    ['2026-11-27T15:30:00+05:30', TEN],
    ['2026-11-27T15:30:00+0530', TEN],
    ['2026-11-28T00:00:00+14:00', TEN],
    ['2026-11-27T10:00:00-00:00', TEN],
    ['1970-01-01T00:00:00Z', 0],
  ])('%s is valid in any time zone', (text, micros) => expect(microsOf(text)).toBe(micros));

  test.each([
    ['2026-11-27T10:00:00.1Z', 100_000],
    ['2026-11-27T10:00:00.000001Z', 1],
    ['2026-11-27T10:00:00.123456Z', 123_456],
    ['2026-11-27T10:00:00.123456999Z', 123_456],
    ['2026-11-27T05:00:00.999999-05:00', 999_999],
  ])('%s is exact to the microsecond', (text, more) => expect(microsOf(text)).toBe(TEN + more));

  test.each([
    '2026-11-27T10:00:00',
    '2026-11-27',
    '2026-11-27T10:00Z',
    '2026-13-01T10:00:00Z',
    '2026-11-27T25:00:00Z',
    '2026-11-27T10:00:00+99:99',
    '2026-11-27T10:00:00.Z',
    '2026-11-27T10:00:00.1234567890Z',
    ' 2026-11-27T10:00:00Z',
    '2026-11-27T10:00:00Z\n',
    'Fri, 27 Nov 2026 10:00:00 GMT',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '2300-01-01T00:00:00Z',
    'yesterday',
    '',
    null,
    undefined,
    1795773600,
    {},
    [],
  ])('%p is not valid', (value) => {
    expect(microsOf(value)).toBeNull();
    expect(millisOf(value)).toBeNull();
  });

  test('in milliseconds it is truncated, not rounded', () => {
    expect(millisOf('2026-11-27T10:00:00.000999Z')).toBe(TEN / 1000);
    expect(millisOf('2026-11-27T10:00:00.999999Z')).toBe(TEN / 1000 + 999);
  });

  test('in a sentence it has its time in UTC, and its date if that differs', () => {
    const moment = TEN / 1000 + 2999;
    expect(momentText(moment, moment + 1000)).toBe('10:00:02');
    expect(momentText(moment, moment - 24 * 3_600_000)).toBe('2026-11-27 10:00:02');
  });
});
