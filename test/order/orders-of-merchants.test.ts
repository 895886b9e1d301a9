import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Status } from '../../src/order/status.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import {
  afterBatches,
  at,
  eventIdOf,
  ORDER_ID,
  orderAfter,
  outcomesOf,
  part,
  snapshot,
  transaction,
} from './events.ts';

const CASES = path.join(import.meta.dirname, 'cases');

function eventsOf(name: string): WaitingEvent[] {
  const { steps } = JSON.parse(readFileSync(path.join(CASES, `${name}.json`), 'utf8')) as {
    steps: { topic: string; triggeredAt: string; body: object }[];
  };
  return steps.map(({ topic, triggeredAt, body }, i) =>
    waitingEvent(topic, body, { id: eventIdOf(`${name} ${i}`), triggeredAt }),
  );
}

describe('orders from public bug reports', () => {
  test.each<[string, object]>([
    [
      'include-fields-empties-the-order',
      { name: '#2004', status: 'awaiting_shipment', facts: { totalPrice: '129.50' }, lines: [{}] },
    ],
    ['mixed-currency-part-payment', { status: 'payment_pending' }],
    ['nothing-left-to-ship', { status: 'completed' }],
    ['picked-up-is-not-completed', { status: 'completed' }],
    [
      'refunded-units-count-as-shipped',
      { status: 'partially_shipped', facts: { fulfillmentStatus: 'partial' } },
    ],
  ])('%s, one by one, in one batch, and backwards', (name, expected) => {
    const events = eventsOf(name);
    for (const order of [orderAfter(...events), afterBatches([events]), orderAfter(...events.toReversed())])
      expect(order).toMatchObject(expected);
  });

  test('because-without-a-date: a reason has the date if it differs', () => {
    expect(outcomesOf(orderAfter(...eventsOf('because-without-a-date')))[2]).toBe(
      'late: processed after fulfillments/update (2026-03-05 09:00:00); only new data was applied',
    );
  });
});

const refund = (seconds: number, fields: object) =>
  part('refunds/create', seconds, { id: 51, processed_at: at(seconds), ...fields });
const told = (fields: object) => snapshot('orders/updated', 10, fields);

describe('money', () => {
  const yen = {
    total_price_set: {
      shop_money: { amount: '60.00', currency_code: 'USD' },
      presentment_money: { amount: '9000', currency_code: 'JPY' },
    },
  };
  const pending = { ...yen, financial_status: 'pending' };
  const partly = { ...yen, financial_status: 'partially_paid' };
  const paid = { ...yen, financial_status: 'paid' };
  const sale = (seconds: number, id: number, amount: string, more: object = {}) =>
    transaction(seconds, { id, amount, ...more });
  const JPY = { currency: 'JPY' };

  test.each<[string, object, WaitingEvent[], Status]>([
    ["all of it in the buyer's currency", pending, [sale(11, 1, '9000', JPY)], 'awaiting_shipment'],
    ["a part of it in the buyer's currency", pending, [sale(11, 1, '8999', JPY)], 'payment_pending'],
    [
      "the shop's amount, but in the buyer's currency",
      pending,
      [sale(11, 1, '60.00', JPY)],
      'payment_pending',
    ],
    ['a third currency', pending, [sale(11, 1, '9000', { currency: 'EUR' })], 'payment_pending'],
    ['no currency', pending, [sale(11, 1, '9000', { currency: null })], 'payment_pending'],
    [
      'a part in each currency, with numbers that add up to more',
      pending,
      [sale(11, 1, '59.00'), sale(12, 2, '100', JPY)],
      'payment_pending',
    ],
    [
      'two payments, the first already counted',
      partly,
      [sale(9, 1, '20.00'), sale(11, 2, '40')],
      'awaiting_shipment',
    ],
    ['only the second payment', partly, [sale(11, 2, '40.00')], 'payment_pending'],
    [
      'a payment in the same second as a body that counts it',
      partly,
      [sale(10, 1, '40.00')],
      'payment_pending',
    ],
    [
      'two payments, the second in the same second as a body that counts the first',
      partly,
      [sale(9, 1, '40.00'), sale(10, 2, '20.00')],
      'awaiting_shipment',
    ],
    ['all of it before a body that counts a part', partly, [sale(9, 1, '60.00')], 'payment_pending'],
    [
      'a payment in the same second as a body that does not count it',
      pending,
      [sale(10, 1, '60.00')],
      'awaiting_shipment',
    ],
    [
      'a payment whose webhook was triggered later',
      partly,
      [{ ...sale(9, 1, '60.00'), triggeredAt: at(30) }],
      'payment_pending',
    ],
    ['a payment without a time', partly, [sale(11, 1, '60.00', { processed_at: null })], 'payment_pending'],
    ['a test', pending, [sale(11, 1, '60.00', { test: true })], 'payment_pending'],
    ['a void', pending, [sale(11, 1, '60.00', { kind: 'void' })], 'payment_pending'],
    [
      'a capture of money that was already counted',
      pending,
      [sale(11, 1, '30.00'), sale(12, 2, '30.00', { kind: 'capture', parent_id: 1 })],
      'payment_pending',
    ],
    [
      'two captures of an authorization',
      pending,
      [
        sale(11, 1, '60.00', { kind: 'authorization' }),
        sale(12, 2, '30.00', { kind: 'capture', parent_id: 1 }),
        sale(13, 3, '30.00', { kind: 'capture', parent_id: 1 }),
      ],
      'awaiting_shipment',
    ],
    [
      'amounts with one decimal add up',
      pending,
      [sale(11, 1, '59.9'), sale(12, 2, '0.1')],
      'awaiting_shipment',
    ],
    [
      'a refund in another currency',
      paid,
      [sale(11, 1, '60.00', { kind: 'refund', ...JPY })],
      'awaiting_shipment',
    ],
    [
      "a full refund in the buyer's currency",
      paid,
      [sale(11, 1, '9000', { kind: 'refund', ...JPY })],
      'refunded',
    ],
    [
      'one refund transaction, by itself and inside its refund',
      paid,
      [
        sale(11, 1, '30.00', { kind: 'refund' }),
        refund(11, {
          transactions: [
            {
              id: 1,
              kind: 'refund',
              status: 'success',
              amount: '30.00',
              currency: 'USD',
              processed_at: at(11),
            },
          ],
        }),
      ],
      'awaiting_shipment',
    ],
    [
      'two refunds, the second in the same second as a body that counts the first',
      { ...yen, financial_status: 'partially_refunded' },
      [sale(9, 1, '30.00', { kind: 'refund' }), sale(10, 2, '30.00', { kind: 'refund' })],
      'refunded',
    ],
    [
      'two refund transactions, one only inside its refund',
      paid,
      [
        sale(11, 1, '30.00', { kind: 'refund' }),
        refund(12, {
          transactions: [
            {
              id: 2,
              kind: 'refund',
              status: 'success',
              amount: '30.00',
              currency: 'USD',
              processed_at: at(12),
            },
          ],
        }),
      ],
      'refunded',
    ],
  ])('%s', (_what, fields, events, status) => {
    const all = [told(fields), ...events];
    expect(orderAfter(...all).status).toBe(status);
    expect(orderAfter(...all.toReversed()).status).toBe(status);
  });

  const slim = (fields: object) =>
    part('orders/updated', 11, { id: ORDER_ID, updated_at: at(11), ...fields });
  test.each<[string, object, Status]>([
    ['the same total again', { total_price: '60.0' }, 'awaiting_shipment'],
    ['the same, in its set', { total_price_set: { shop_money: { amount: '60.00' } } }, 'awaiting_shipment'],
    ['another total', { total_price: '80.00' }, 'payment_pending'],
    [
      'another buyer currency, without the amount',
      { total_price_set: { presentment_money: { currency_code: 'EUR' } } },
      'awaiting_shipment',
    ],
    [
      "another total in the buyer's currency",
      { total_price_set: { presentment_money: { amount: '9900', currency_code: 'JPY' } } },
      'payment_pending',
    ],
    ['totals in two currencies removed', { total_price_set: null }, 'payment_pending'],
  ])("F1, F3: the buyer's total corresponds to the shop's: %s", (_what, fields, status) => {
    const all = [told(pending), slim(fields), sale(12, 1, '9000', JPY)];
    expect(orderAfter(...all).status).toBe(status);
    expect(orderAfter(...all.toReversed()).status).toBe(status);
  });
});
