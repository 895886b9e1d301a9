import { describe, expect, test } from '@jest/globals';
import { changesOf, MOST_EVENTS } from '../../src/operate/stories/changes.ts';
import type { JournaledEvent } from '../../src/persist/journaled.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const ORDER = keyOf('1');

function told(sequence: number, topic: string, body: object): JournaledEvent {
  const email = 'ada@example.com';
  const event = waitingEvent(
    topic,
    { id: 1, email, customer: { first_name: 'Ada' }, ...body },
    { order: ORDER },
  );
  return { event, outcome: 'applied', appliedAt: 0, sequence };
}

const created = told(1, 'orders/create', {
  name: '#1001',
  financial_status: 'pending',
  total_price: '10.00',
  currency: 'EUR',
  updated_at: '2026-11-20T10:00:00Z',
  line_items: [{ id: 5, quantity: 2, price: '5.00', title: 'A shirt' }],
});
const paid = told(2, 'orders/paid', {
  name: '#1001',
  financial_status: 'paid',
  total_price: '10.00',
  currency: 'EUR',
  updated_at: '2026-11-20T10:01:00Z',
  line_items: [{ id: 5, quantity: 2, price: '5.00', title: 'A shirt' }],
});
const shipped = told(3, 'fulfillments/create', {
  id: 8,
  order_id: 1,
  status: 'success',
  updated_at: '2026-11-20T10:02:00Z',
});

describe('what each event changed in its order', () => {
  test('field by field, without customer data', () => {
    const changes = changesOf(ORDER, [created, paid, shipped]);
    expect(changes?.get(created.event.id)).toEqual(
      expect.arrayContaining([
        { field: 'name', before: null, after: '#1001' },
        { field: 'financialStatus', before: null, after: 'pending' },
        { field: 'lines', before: null, after: '1' },
        { field: 'units', before: null, after: '2' },
      ]),
    );
    expect(changes?.get(paid.event.id)).toEqual([
      { field: 'status', before: expect.any(String), after: expect.any(String) },
      { field: 'financialStatus', before: 'pending', after: 'paid' },
    ]);
    expect(changes?.get(shipped.event.id)).toContainEqual({
      field: 'fulfillments',
      before: null,
      after: '1: 1 success',
    });
    expect(JSON.stringify([...(changes ?? [])])).not.toMatch(/Ada|ada@|shirt/);
  });

  test('an event that arrived too late changed nothing', () => {
    const old = { ...created, event: { ...created.event, id: shipped.event.id }, sequence: 3 };
    expect(changesOf(ORDER, [created, paid, old])?.get(old.event.id)).toEqual([]);
  });

  test.each([
    ['the first event is not in the journal', [paid]],
    ['an event is missing', [created, shipped]],
    ['the current rules cannot read an event', [created, told(2, 'orders/paid', { updated_at: 'soon' })]],
    [
      'there are too many events',
      Array.from({ length: MOST_EVENTS + 1 }, (_, i) => ({ ...created, sequence: i + 1 })),
    ],
  ])('%s: unknown', (_name, entries) => {
    expect(changesOf(ORDER, entries)).toBeNull();
  });
});
