import { describe, expect, test } from '@jest/globals';
import { isoOf } from '../../src/order/instants.ts';
import type { Topic } from '../../src/order/topics.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { at, orderAfter, part, reading, snapshot } from './events.ts';

describe('O5: an unreadable minor field is left out, with a note', () => {
  const line = { id: 11, quantity: 2 };

  test.each<[string, object, string]>([
    [
      'a tracking number',
      { fulfillments: [{ id: 31, tracking_numbers: [null, '1Z'] }] },
      'fulfillments.0.tracking_numbers.0: expected text, found null',
    ],
    ['a sku', { line_items: [{ ...line, sku: 7 }] }, 'line_items.0.sku: expected text, found a number'],
    [
      'whether a line is shipped',
      { line_items: [{ ...line, requires_shipping: 'yes' }] },
      'line_items.0.requires_shipping: expected true or false, found text',
    ],
    ['a name', { name: {} }, 'name: expected text, found an object'],
    ['a customer', { customer: 'Ada' }, 'customer: expected an object, found text'],
    [
      "a customer's id",
      { customer: { id: 'Ada' } },
      'customer.id: expected an id of 1 to 19 digits, found text',
    ],
    [
      'a total in two currencies',
      { total_price_set: [] },
      'total_price_set: expected an object, found a list',
    ],
    [
      "a refund's restocking",
      { refunds: [{ id: 41, refund_line_items: [{ id: 1, restock_type: 1 }] }] },
      'refunds.0.refund_line_items.0.restock_type: expected text, found a number',
    ],
  ])('%s', (_what, fields, note) => {
    const paid = snapshot('orders/paid', 2, fields);
    expect(reading(paid).notes).toEqual([`could not read ${note}`]);
    const order = orderAfter(snapshot('orders/create', 1, { financial_status: 'pending' }), paid);
    expect(order).toMatchObject({ facts: { financialStatus: 'paid' }, status: 'awaiting_shipment' });
    expect(order.applied.at(-1)).toMatchObject({
      outcome: 'applied',
      because: null,
      notes: [`could not read ${note}`],
    });
  });

  test('other items of its list are read, and the known value of the field stays', () => {
    const parcels = (...tracking_numbers: unknown[]) => ({ fulfillments: [{ id: 31, tracking_numbers }] });
    const order = orderAfter(
      snapshot('orders/create', 1, { name: '#7', ...parcels('1Z') }),
      snapshot('orders/updated', 2, { name: 7, ...parcels(null, '2Z', 3) }),
    );
    expect(order).toMatchObject({ name: '#7', parts: { fulfillments: [{ trackingNumbers: ['2Z'] }] } });
  });

  test('of very many notes, some are kept', () => {
    const numbers = Array.from({ length: 500 }, () => null);
    const { notes } = reading(
      snapshot('orders/paid', 1, { fulfillments: [{ id: 31, tracking_numbers: numbers }] }),
    );
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toBe('and more');
  });
});

describe('a time in the future is ignored', () => {
  const FUTURE = '2254-01-01T00:00:00Z';
  const RECEIVED = Date.parse(at(60));
  const TWO_DAYS = 60 + 48 * 3600;
  const received = (topic: Topic, body: object, triggeredAt: string | null) =>
    reading(waitingEvent(topic, body, { triggeredAt, receivedAt: RECEIVED }));

  test.each<[string, object, string | null, number]>([
    ['updated_at', { id: 1, updated_at: FUTURE }, at(5), 5],
    ['triggered-at', { id: 1, processed_at: at(4) }, FUTURE, 4],
    ['processed_at', { id: 1, processed_at: FUTURE, created_at: at(3) }, null, 3],
    ['all', { id: 1, updated_at: FUTURE, created_at: FUTURE }, FUTURE, 60],
    ['none: a signed body may be up to two days ahead', { id: 1, updated_at: at(TWO_DAYS) }, at(5), TWO_DAYS],
    ['updated_at, a second later', { id: 1, updated_at: at(TWO_DAYS + 1) }, at(5), 5],
    ['none: a header may be up to five minutes ahead', { id: 1, processed_at: at(4) }, at(360), 360],
    ['triggered-at, a second later', { id: 1, processed_at: at(4) }, at(361), 4],
  ])('%s', (_what, body, triggeredAt, seconds) => {
    expect(received('order_transactions/create', body, triggeredAt).occurredAt).toBe(Date.parse(at(seconds)));
  });

  test('it breaks no tie, and a note says so', () => {
    const event = received('orders/paid', { id: 1, updated_at: at(5) }, FUTURE);
    expect(event.position).toMatch(/^\d{11}\.0{16}\./);
    expect(event.notes).toEqual(['triggered-at is in the future and was ignored']);
  });

  test('a transaction processed in the future counts as processed when it was created', () => {
    const sale = { id: 1, amount: '60.00', processed_at: FUTURE, created_at: at(3) };
    const event = received('order_transactions/create', sale, at(4));
    expect(event.parts[0]?.part).toMatchObject({ processedAt: isoOf(at(3)) });
  });

  test('a dispute dated years ahead does not outlast newer data from Shopify', () => {
    const dispute = (seconds: number, status: string, triggeredAt: string) => ({
      ...part('disputes/update', seconds, { id: 5, status }),
      triggeredAt,
      receivedAt: Date.parse(at(seconds)),
    });
    const order = orderAfter(dispute(10, 'needs_response', FUTURE), dispute(20, 'won', at(20)));
    expect(order.parts.disputes).toMatchObject([{ status: 'won' }]);
  });

  test('a parcel inside an order, and a cancellation, then get the time of the order', () => {
    const body = {
      id: 1,
      updated_at: at(5),
      cancelled_at: FUTURE,
      fulfillments: [{ id: 31, updated_at: FUTURE }],
    };
    const event = received('orders/updated', body, at(5));
    expect(event.parts[0]?.part.position).toBe(event.position);
    expect(event.snapshot?.cancelled?.at).toBe(Date.parse(at(5)));
  });
});
