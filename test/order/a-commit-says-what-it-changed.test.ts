import { describe, expect, test } from '@jest/globals';
import type { CommitRecord } from '../../src/order/commit-record.ts';
import { changedFields, ownRecord } from '../../src/order/committed.ts';
import { decide } from '../../src/order/decide.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { sameValue } from '../../src/order/same-value.ts';
import { keyOf } from '../support/waiting-event.ts';
import { fulfillment, NOW, orderAfter, snapshot, transaction } from './events.ts';

const KEY = keyOf();
const unpaid = { financial_status: 'pending' };
const create = snapshot('orders/create', 1, unpaid);
const payment = transaction(1.4);
const paid = snapshot('orders/paid', 2);
const shipped = fulfillment(20);

function recordOf(known: Order | null, ...events: Parameters<typeof decide>[2]): CommitRecord {
  const record = decide(KEY, known, events, NOW).order?.committed;
  if (!record) throw new Error('the commit has no record');
  return record;
}

describe('the record of a commit', () => {
  test('has each event in sequence, with the statuses before and after it', () => {
    const record = recordOf(null, shipped, paid, create);
    const none = { fulfillmentStatus: null };
    expect(record).toMatchObject({ version: 1, committedAt: NOW });
    expect(record.events.map(({ event, before, after }) => [event, before, after])).toEqual([
      [create.id, null, { status: 'payment_pending', financialStatus: 'pending', ...none }],
      [
        paid.id,
        { status: 'payment_pending', financialStatus: 'pending', ...none },
        { status: 'awaiting_shipment', financialStatus: 'paid', ...none },
      ],
      [
        shipped.id,
        { status: 'awaiting_shipment', financialStatus: 'paid', ...none },
        { status: 'shipped', financialStatus: 'paid', ...none },
      ],
    ]);
    expect(record.events.map(({ topic, sequence, outcome }) => [topic, sequence, outcome])).toEqual([
      ['orders/create', 1, 'applied'],
      ['orders/paid', 2, 'applied'],
      ['fulfillments/create', 3, 'applied'],
    ]);
  });

  test('names the fields that the whole commit changed, as the API does', () => {
    const first = ['name', 'status', 'financialStatus', 'updatedAt', 'currency', 'totalPrice', 'lines'];
    expect(recordOf(null, create).changed).toEqual(first);
    const known = { ...orderAfter(create), version: 1 };
    expect(recordOf(known, payment).changed).toEqual(['status', 'transactions']);
    expect(recordOf(known, shipped)).toMatchObject({ version: 2, changed: ['status', 'fulfillments'] });
  });

  test('has only the new events, and events that changed nothing', () => {
    const known = { ...orderAfter(create, paid), version: 4 };
    const late = snapshot('orders/updated', 1.5, unpaid);
    const record = recordOf(known, create, late, paid);
    expect(record).toMatchObject({ version: 5, changed: [] });
    expect(record.events).toMatchObject([{ event: late.id, outcome: 'stale', sequence: 3 }]);
  });

  test('is the same for the same input, and does not change when nothing is new', () => {
    expect(recordOf(null, paid, create)).toEqual(recordOf(null, create, paid));
    const known = orderAfter(create, paid);
    expect(decide(KEY, known, [create], NOW + 1).order).toBeNull();
    expect(known.committed?.events).toMatchObject([{ event: paid.id }]);
  });

  test('has neither event nor sequence for a commit of our own', () => {
    const order = { ...orderAfter(create), version: 7 };
    expect(ownRecord('lockstep/redacted', order, order, ['lines'], NOW)).toEqual({
      version: 7,
      committedAt: NOW,
      changed: ['lines'],
      events: [
        {
          event: null,
          topic: 'lockstep/redacted',
          sequence: null,
          outcome: null,
          occurredAt: NOW,
          before: { status: 'payment_pending', financialStatus: 'pending', fulfillmentStatus: null },
          after: { status: 'payment_pending', financialStatus: 'pending', fulfillmentStatus: null },
        },
      ],
    });
  });

  test('can be made from a damaged order: it must be possible to redact and to rebuild it', () => {
    const damaged = { ...newOrder(KEY), facts: null, parts: undefined } as unknown as Order;
    expect(ownRecord('lockstep/rebuilt', damaged, newOrder(KEY), [], NOW).events[0]?.before).toEqual({
      status: 'created',
      financialStatus: null,
      fulfillmentStatus: null,
    });
    expect(changedFields(damaged, newOrder(KEY))).toContain('transactions');
  });
});

test.each([
  [1, 1, true],
  [null, undefined, false],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, false],
  [[1], { 0: 1 }, false],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [new Date(1), new Date(1), true],
  [new Date(1), new Date(2), false],
])('%j and %j are the same value: %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same);
});
