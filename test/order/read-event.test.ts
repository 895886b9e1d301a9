import { describe, expect, test } from '@jest/globals';
import { RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { at, deletion, fulfillment, ORDER_ID, part, reading, snapshot, transaction } from './events.ts';

const ms = (seconds: number) => Date.parse(at(seconds));

describe('when it happened', () => {
  test('updated_at takes precedence over triggered-at', () => {
    expect(reading(snapshot('orders/paid', 7, { updated_at: at(2) })).occurredAt).toBe(ms(2));
  });

  test.each<[string, object, number]>([
    [
      'triggered-at, before the times of processing and creation',
      { processed_at: at(1), created_at: at(2) },
      ms(7),
    ],
    ['triggered-at, if updated_at is null', { updated_at: null }, ms(7)],
  ])('else %s', (_what, fields, occurredAt) => {
    expect(reading(transaction(7, fields)).occurredAt).toBe(occurredAt);
  });

  test.each<[string, object, number]>([
    ['processed_at', { id: 1, processed_at: at(1), created_at: at(2) }, ms(1)],
    [
      'created_at, if processed_at is not a valid time',
      { id: 1, processed_at: 'soon', created_at: at(2) },
      ms(2),
    ],
    ['its arrival, if there is no other time', { id: 1 }, RECEIVED_AT],
  ])('without triggered-at, %s', (_what, body, occurredAt) => {
    expect(reading(waitingEvent('order_transactions/create', body)).occurredAt).toBe(occurredAt);
  });

  test('an edit has it inside order_edit', () => {
    const order_edit = { id: 5, committed_at: at(3), created_at: at(2), order_id: ORDER_ID };
    expect(reading(waitingEvent('orders/edited', { order_edit })).occurredAt).toBe(ms(3));
  });
});

describe('what it contains', () => {
  test('a snapshot, without personal data', () => {
    const ophelia = {
      email: 'ophelia@example.com',
      note: 'Ophelia',
      customer: { first_name: 'Ophelia' },
      billing_address: { name: 'Ophelia' },
    };
    const event = reading(snapshot('orders/paid', 1, ophelia));
    expect(event).toMatchObject({
      deletes: false,
      parts: [],
      snapshot: { facts: { name: '#1001', financialStatus: 'paid' } },
    });
    expect(event.snapshot?.facts.lines).toHaveLength(2);
    expect(JSON.stringify(event)).not.toMatch(/ophelia/i);
  });

  test.each([
    ['its own time', 'orders/updated', { cancelled_at: at(3) }, ms(3)],
    ["the event's time if its own is not valid", 'orders/updated', { cancelled_at: 'then' }, ms(9)],
    ["the event's time if only the topic says so", 'orders/cancelled', {}, ms(9)],
  ] as const)('a cancellation, at %s', (_when, topic, fields, cancelledAt) => {
    const event = reading(snapshot(topic, 9, { ...fields, cancel_reason: 'fraud' }));
    expect(event.snapshot?.cancelled).toEqual({ at: cancelledAt, reason: 'fraud' });
  });

  test('the fulfillments and refunds inside a snapshot, at their own time', () => {
    const inside = {
      fulfillments: [{ id: 31, updated_at: at(3) }],
      refunds: [{ id: 41, created_at: at(4) }],
    };
    const event = reading(snapshot('orders/updated', 9, inside));
    const [shipped, refunded] = event.parts;
    expect(shipped).toMatchObject({ kind: 'fulfillments', part: { id: '31' } });
    expect(shipped?.part.position.slice(0, 11)).toBe(String(ms(3) / 1000).padStart(11, '0'));
    expect(refunded).toMatchObject({ kind: 'refunds', part: { id: '41', position: event.position } });
  });

  test("P5: a fulfillment's own event counts over the same fulfillment inside a snapshot of that second", () => {
    const direct = reading(fulfillment(3)).parts[0]?.part.position ?? '';
    const inside = reading(snapshot('orders/updated', 3, { fulfillments: [{ id: 31, updated_at: at(3) }] }));
    expect(direct > (inside.parts[0]?.part.position ?? '')).toBe(true);
  });

  test('a deletion', () => {
    expect(reading(deletion(9))).toMatchObject({
      deletes: true,
      snapshot: null,
      parts: [],
      occurredAt: ms(9),
    });
  });

  test('ids beyond 2^53 stay exact', () => {
    const body = Buffer.from(
      `{"id":820982911946154508,"line_items":[{"id":866550311766439020,"quantity":1}]}`,
    );
    const event = reading(waitingEvent('orders/paid', null, { body }));
    expect(event.snapshot?.facts.lines?.[0]?.id).toBe('866550311766439020');
  });

  test('a deleted tracking event is kept as removed', () => {
    const gone = part('fulfillment_events/delete', 1, { id: 5, fulfillment_id: 31 });
    expect(reading(gone).parts).toMatchObject([
      { kind: 'fulfillmentEvents', part: { id: '5', removed: true } },
    ]);
  });
});
