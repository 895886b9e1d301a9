import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { SentBody } from '../../src/order/sent-body.ts';
import { joinable, joinWhole, type WholeBody } from '../../src/order/whole-body.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import { storedValue } from '../../src/persist/stored-json.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { NOW } from './events.ts';

const sent = (json: object, kept: SentBody['kept'] = 'full'): SentBody => ({
  body: joinable(json, false) as SentBody['body'],
  kept,
  bytes: JSON.stringify(json).length,
});

function joined(...bodies: [position: string, json: object][]): WholeBody | undefined {
  return bodies.reduce<WholeBody | undefined>(
    (known, [position, json]) => joinWhole(known, sent(json), position),
    undefined,
  );
}
const bodyAfter = (...bodies: [string, object][]) => storedValue(joined(...bodies)?.body);

describe('a whole body', () => {
  test('P5: its size is that of the largest body, whatever arrived first', () => {
    const large = { id: 1, note: 'a long note' };
    const small = { id: 1, note: '' };
    const size = joined(['1', large])?.bytes;
    expect(size).toBeGreaterThan(joined(['1', small])?.bytes ?? 0);
    expect(joined(['1', large], ['2', small])?.bytes).toBe(size);
    expect(joined(['2', small], ['1', large])?.bytes).toBe(size);
  });

  test('of a newer webhook replaces the older one', () => {
    const older = { id: 1, note: 'a', tags: 'x', line_items: [{ id: 11, title: 'Shoe', properties: [] }] };
    const newer = { id: 1, note: null, tags: '', line_items: [{ id: 11, title: 'Shoes', properties: [] }] };
    expect(joined(['1', older], ['2', newer])).toMatchObject({ body: newer, position: '2' });
    expect(joined(['2', newer], ['1', older])).toMatchObject({ body: newer, position: '2' });
  });

  test('keeps what a slimmer body leaves out, field by field and item by item', () => {
    const whole = {
      email: 'ada@example.com',
      customer: { id: 5, first_name: 'Ada' },
      line_items: [
        { id: 11, title: 'Shoe', vendor: 'Acme' },
        { id: 12, title: 'Hat', vendor: 'Acme' },
      ],
    };
    const slim = { customer: { id: 5 }, line_items: [{ id: 12, title: 'Cap' }], total: '1.00' };
    const expected = {
      email: 'ada@example.com',
      customer: { id: 5, first_name: 'Ada' },
      line_items: [{ id: 12, title: 'Cap', vendor: 'Acme' }],
      total: '1.00',
    };
    expect(bodyAfter(['1', whole], ['2', slim])).toEqual(expected);
    expect(bodyAfter(['2', slim], ['1', whole])).toEqual(expected);
  });

  test('never mixes two customers', () => {
    const ada = { customer: { id: 5, email: 'ada@example.com' } };
    expect(bodyAfter(['1', ada], ['2', { customer: { id: 6 } }])).toEqual({ customer: { id: 6 } });
    expect(bodyAfter(['1', ada], ['2', { customer: null }])).toEqual({ customer: null });
    expect(bodyAfter(['1', ada], ['2', {}])).toEqual(ada);
  });

  test('lacks a list whose items have no ids', () => {
    const whole = {
      line_items: [{ id: 11, sku: 'A' }],
      refunds: [{ id: 1, transactions: [{ id: 2, kind: 'x' }] }],
    };
    expect(bodyAfter(['1', whole], ['2', { line_items: [{ sku: 'B' }], customer: { email: 'x' } }])).toEqual(
      whole,
    );
    expect(bodyAfter(['1', whole], ['2', { refunds: [{ id: 1, transactions: [{ kind: 'y' }] }] }])).toEqual(
      whole,
    );
  });

  test('stored under another setting is not mixed with it', () => {
    const full = joinWhole(undefined, sent({ id: 1, email: 'ada@example.com' }), '1');
    expect(joinWhole(full, sent({ id: 1 }, 'masked'), '2')).toMatchObject({
      body: { id: 1 },
      kept: 'masked',
    });
  });

  test('P5: any arrival order gives the same body', () => {
    const item = fc.record(
      {
        id: fc.nat(2),
        a: fc.nat(3),
        parts: fc.array(fc.record({ id: fc.nat(2), b: fc.nat(3) }, { requiredKeys: ['id'] })),
      },
      { requiredKeys: ['id'] },
    );
    const body = fc.record(
      {
        note: fc.constantFrom('x', 'y', null),
        money: fc.record({ amount: fc.nat(2) }),
        customer: fc.option(item),
        line_items: fc.uniqueArray(item, { selector: ({ id }) => id }),
        fulfillments: fc.uniqueArray(
          fc.record({ id: fc.nat(1), line_items: fc.uniqueArray(item, { selector: ({ id }) => id }) }),
          {
            selector: ({ id }) => id,
          },
        ),
      },
      { requiredKeys: [] },
    );
    const arrivals = fc.array(body, { minLength: 1, maxLength: 5 }).chain((bodies) => {
      const events = bodies.map((json, i): [string, object] => [String(i + 1), json]);
      const shuffled = fc.shuffledSubarray(events, { minLength: events.length });
      return fc.record({ events: fc.constant(events), arrived: shuffled });
    });
    fc.assert(
      fc.property(arrivals, ({ events, arrived }) => {
        expect(joined(...arrived)).toEqual(joined(...events));
      }),
      { numRuns: 500 },
    );
  });
});

describe("an order's body, by ORDER_BODY", () => {
  const key = keyOf('5820001001000');
  const life = lifeOf(randomFrom(3), 'example.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z')).map(
    ({ topic, body, triggeredAt }): WaitingEvent =>
      waitingEvent(topic, null, { order: key, body, triggeredAt: triggeredAt.toISOString() }),
  );
  const last = life.findLast(({ topic }) => topic.startsWith('orders/'))!;
  const newest = JSON.parse(String(last.body)) as Record<string, unknown>;
  const orderWith = (setting: 'full' | 'masked' | 'none', events = life) =>
    decide(key, null, events, NOW, new Map(), createBodyKeeper(setting)).order;

  test('full: the newest body, every field', () => {
    expect(storedValue(orderWith('full')?.whole?.body)).toMatchObject(newest);
  });

  test('masked: what is not personal', () => {
    const order = orderWith('masked');
    expect(storedValue(order?.whole?.body)).toMatchObject({ id: newest.id, total_price: newest.total_price });
    expect(JSON.stringify(order?.whole?.body)).not.toContain(
      String((newest.customer as { email: string }).email),
    );
  });

  test('none: nothing; and the next event removes what is there', () => {
    expect(orderWith('none')?.whole).toBeUndefined();
    const known = orderWith('full', life.slice(0, -1));
    expect(known?.whole).toBeDefined();
    const { id: _, ...next } = last;
    const again = waitingEvent(last.topic, null, next);
    expect(
      decide(key, known, [again], NOW, new Map(), createBodyKeeper('none')).order?.whole,
    ).toBeUndefined();
  });

  test('the setting changes no outcome', () => {
    const outcomes = (setting: 'full' | 'none') => orderWith(setting)?.applied.map(({ outcome }) => outcome);
    expect(outcomes('full')).toEqual(outcomes('none'));
  });

  test('a redacted event leaves nothing of the body', () => {
    const redacted = life.map((event): WaitingEvent => ({ ...event, isRedacted: true }));
    expect(orderWith('full', redacted)?.whole).toBeUndefined();
  });
});
