import { describe, expect, test } from '@jest/globals';
import { addDays, dayAt, dayStart, mondayOf } from '../../../src/operate/reports/days.ts';
import { zoneOf } from '../../../src/system/time-zones.ts';
import { orderListOf } from '../../../src/operate/reports/order-list.ts';

const HOUR_MS = 3_600_000;

describe('a day begins at midnight in its zone', () => {
  test.each([
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-11-21', 'Asia/Kolkata', '2026-11-20T18:30:00.000Z'],
    ['2026-11-21', 'Pacific/Kiritimati', '2026-11-20T10:00:00.000Z'],
    ['2026-11-21', 'Pacific/Pago_Pago', '2026-11-21T11:00:00.000Z'],
    // Where clocks go forward at midnight, the day begins at 01:00.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ])('%s in %s: %s', (day, zone, start) => {
    expect(dayStart(day, zone).toISOString()).toBe(start);
    expect(dayAt(Date.parse(start), zone)).toBe(day);
    expect(dayAt(Date.parse(start) - 1, zone)).toBe(addDays(day, -1));
  });

  test.each([
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2026-11-21', 'Europe/Berlin', 24],
  ])('%s in %s has %f hours', (day, zone, hours) => {
    const ms = dayStart(addDays(day, 1), zone).getTime() - dayStart(day, zone).getTime();
    expect(ms / HOUR_MS).toBe(hours);
  });

  test.each([
    ['2026-W01', '2025-12-29'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
    ['2024-W10', '2024-03-04'],
  ])('week %s begins on %s', (week, monday) => {
    expect(mondayOf(week)).toBe(monday);
  });

  test.each(['Europe/Berlin', 'UTC', 'Asia/Tokyo'])('%s is a zone', (zone) => {
    expect(zoneOf(zone)).toBe(zone);
  });

  test('a zone is found in any case, and is named as MongoDB knows it', () => {
    expect(zoneOf('europe/berlin')).toBe('Europe/Berlin');
  });

  test.each(['Mars/Olympus', '+02:00', '', '$zone', 'Europe/Berlin; x'])('%j is not a zone', (zone) => {
    expect(zoneOf(zone)).toBeNull();
  });
});

describe('the orders of a group, in the list of orders', () => {
  const scope = { from: '2026-10-20', to: '2026-11-10', zone: 'Europe/Berlin', test: false } as const;

  test.each([
    ['day', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['week', '2026-W44', '2026-10-25T23:00:00.000Z', '2026-11-01T22:59:59.999Z'],
    // The report has a part of this week and of this month only.
    ['week', '2026-W43', '2026-10-19T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['month', '2026-11', '2026-10-31T23:00:00.000Z', '2026-11-10T22:59:59.999Z'],
  ] as const)('by %s: %s', (by, group, createdFrom, createdTo) => {
    const list = orderListOf({ ...scope, by }, group, true);
    expect(list).toEqual({ createdFrom, createdTo, test: '0' });
  });

  test('by tag and by SKU, in the whole period and in one shop', () => {
    const shop = 'a.myshopify.com';
    const [createdFrom, createdTo] = ['2026-10-19T22:00:00.000Z', '2026-11-10T22:59:59.999Z'];
    const listOf = (by: 'tag' | 'sku') => orderListOf({ ...scope, shop, by, test: true }, 'x', true);
    expect(listOf('tag')).toEqual({ shop, createdFrom, createdTo, test: '1', tag: 'x' });
    expect(listOf('sku')).toEqual({ shop, createdFrom, createdTo, test: '1', sku: 'x' });
  });

  test('none if the list has no such filter', () => {
    expect(orderListOf({ ...scope, by: 'channel' }, 'web', true)).toBeNull();
    expect(orderListOf({ ...scope, by: 'sku' }, null, true)).toBeNull();
    expect(orderListOf({ ...scope, by: 'day' }, '2026-10-25', false)).toBeNull();
  });
});
