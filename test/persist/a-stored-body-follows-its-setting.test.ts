import { describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { leftOut } from '../../src/order/whole-body.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import { underSetting, type BodySetting } from '../../src/persist/stored-body.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const KEY = keyOf('5820001001000');
const life = lifeOf(randomFrom(3), 'example.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z')).map(
  ({ topic, body, triggeredAt }) =>
    waitingEvent(topic, null, { order: KEY, body, triggeredAt: triggeredAt.toISOString() }),
);

/** Slim webhooks: some fields come from older bodies, and a line is missing from the newest list. */
const SLIM = [
  {
    id: 1,
    updated_at: '2026-11-20T10:00:00Z',
    email: 'ada@example.com',
    'a.b': { phone: '+49 30 1', $set: 1 },
    note: null,
    customer: { id: 5, first_name: 'Ada', state: 'enabled' },
    line_items: [
      { id: 11, title: 'Shoe', vendor: 'Potter', properties: [{ name: 'for', value: 'ada@example.com' }] },
      { id: 12, title: 'Hat', quantity: 1, attributed_staffs: [{ name: 'Bob' }] },
    ],
  },
  {
    id: 1,
    updated_at: '2026-11-20T11:00:00Z',
    customer: { id: 5, last_name: 'L' },
    line_items: [{ id: 11, title: 'Shoes' }],
  },
].map((body, i): WaitingEvent =>
  waitingEvent('orders/updated', body, { triggeredAt: `2026-11-20T1${i}:00:00Z` }),
);

const wholeOf = (setting: BodySetting, events: WaitingEvent[]) =>
  decide(KEY, null, events, Date.parse('2026-11-21T00:00:00Z'), new Map(), createBodyKeeper(setting)).order
    ?.whole;

describe('a stored body, when ORDER_BODY changes', () => {
  test.each([
    ['a whole life', life],
    ['slim webhooks', SLIM],
  ])('is masked exactly as if it had been masked from the beginning: %s', (_, events) => {
    const full = wholeOf('full', events);
    expect(full?.body).toBeTruthy();
    expect(underSetting(full, 'masked')).toEqual({ whole: wholeOf('masked', events) });
  });

  test('cannot be masked if it was changed by hand to something that no webhook has', () => {
    const full = wholeOf('full', SLIM)!;
    const changed = { ...full, body: { ...full.body, note: new Date() as never } };
    expect(underSetting(changed, 'masked')).toBeNull();
    expect(underSetting(changed, 'none')).toEqual({ whole: undefined });
  });

  test('remembers lines and positions, masked', () => {
    const body = underSetting(wholeOf('full', SLIM), 'masked')?.whole?.body;
    expect(body?.gone).toMatchObject({ line_items: [{ id: 12, title: 'Hat' }] });
    expect(Object.keys(body?.positions ?? {})).toContain('email');
    expect(JSON.stringify(body)).not.toMatch(/ada@example|Ada|\+49/);
  });

  test('is dropped under none', () => {
    expect(underSetting(wholeOf('full', life), 'none')).toEqual({ whole: undefined });
    expect(underSetting(undefined, 'none')).toEqual({ whole: undefined });
  });

  test('stays as it is under its own setting, even if it was left out', () => {
    const whole = wholeOf('masked', life)!;
    expect(underSetting(whole, 'masked')).toEqual({ whole });
    expect(underSetting(leftOut(whole), 'masked')).toEqual({ whole: leftOut(whole) });
  });

  test('cannot be made from what is not stored', () => {
    const masked = wholeOf('masked', life)!;
    expect(underSetting(masked, 'full')).toBeNull();
    expect(underSetting(undefined, 'masked')).toBeNull();
    expect(underSetting(leftOut(wholeOf('full', life)!), 'masked')).toBeNull();
  });
});
