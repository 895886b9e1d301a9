import { describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Status } from '../../src/order/status.ts';
import { at, fulfillment, ORDER_ID, orderAfter, part, snapshot } from './events.ts';

const lines = (...fields: object[]) => ({
  line_items: fields.map((each, i) => ({ id: 11 + i, quantity: 2, ...each })),
});
const units = (...quantities: [number, number][]) => ({
  line_items: quantities.map(([id, quantity]) => ({ id, quantity })),
});
const refund = (seconds: number, fields: object) =>
  part('refunds/create', seconds, { id: 51, processed_at: at(seconds), ...fields });
const slim = (fields: object) => part('orders/updated', 15, { id: ORDER_ID, updated_at: at(15), ...fields });
const told = (fields: object) => snapshot('orders/updated', 10, fields);

describe('what is left to ship', () => {
  const partial = { fulfillment_status: 'partial' };
  const parcel = (seconds: number, more: object = {}) => fulfillment(seconds, more);
  const made = (seconds: number) => ({ created_at: at(seconds) });

  test.each<[string, object, WaitingEvent[], Status]>([
    [
      'an update of a known parcel ships no further units',
      { ...partial, ...lines({ fulfillable_quantity: 1 }) },
      [parcel(20, { ...made(9), ...units([11, 2]) })],
      'partially_shipped',
    ],
    [
      'a new parcel ships its units',
      { ...partial, ...lines({ fulfillable_quantity: 1 }) },
      [parcel(20, units([11, 1]))],
      'shipped',
    ],
    [
      'a parcel in the same second as a body that knows no parcel',
      lines({ fulfillable_quantity: 2 }),
      [parcel(10, units([11, 2]))],
      'shipped',
    ],
    [
      'a partial shipment in the same second as a body that knows no parcel',
      lines({ fulfillable_quantity: 2 }),
      [parcel(10, units([11, 1]))],
      'partially_shipped',
    ],
    [
      'a parcel in the same second as a body that counts it',
      { ...partial, ...lines({ fulfillable_quantity: 1 }) },
      [parcel(10, units([11, 1]))],
      'partially_shipped',
    ],
    [
      'all refunded in the same second as a body that knows no refund',
      lines({ fulfillable_quantity: 2 }),
      [refund(10, { refund_line_items: [{ id: 1, line_item_id: 11, quantity: 2, restock_type: 'cancel' }] })],
      'completed',
    ],
    [
      'a cancelled parcel ships nothing',
      { ...partial, ...lines({ fulfillable_quantity: 1 }) },
      [parcel(20, { ...units([11, 1]), status: 'cancelled' })],
      'partially_shipped',
    ],
    [
      'after a refund of a shipped unit, the other unit is still to be shipped',
      { ...partial, ...lines({ quantity: 4, fulfillable_quantity: 1 }) },
      [refund(20, { refund_line_items: [{ id: 1, line_item_id: 11, quantity: 1, restock_type: 'return' }] })],
      'partially_shipped',
    ],
    [
      'the rest was refunded before it was shipped',
      { ...partial, ...lines({ quantity: 4, fulfillable_quantity: 2 }) },
      [refund(20, { refund_line_items: [{ id: 1, line_item_id: 11, quantity: 2, restock_type: 'cancel' }] })],
      'shipped',
    ],
    [
      'if no body says what is left: ordered - max(refunded, shipped)',
      lines({ quantity: 4 }),
      [
        refund(20, { refund_line_items: [{ id: 1, line_item_id: 11, quantity: 1, restock_type: 'return' }] }),
        parcel(21, units([11, 3])),
      ],
      'partially_shipped',
    ],
    [
      'goods shipped, a digital line waits',
      {
        ...partial,
        ...lines({ fulfillable_quantity: 0 }, { fulfillable_quantity: 1, requires_shipping: false }),
      },
      [parcel(20, { ...made(9), ...units([11, 2]) })],
      'partially_shipped',
    ],
    [
      'all refunded before it was shipped, and closed',
      { financial_status: 'partially_refunded', closed_at: at(9), ...lines({ current_quantity: 0 }) },
      [],
      'completed',
    ],
    ['the same, but open', { ...lines({ fulfillable_quantity: 0 }) }, [], 'completed'],
    [
      'the same, but not paid',
      { financial_status: 'pending', ...lines({ fulfillable_quantity: 0 }) },
      [],
      'payment_pending',
    ],
    ['a ticket', lines({ requires_shipping: false, fulfillable_quantity: 2 }), [], 'completed'],
    [
      'a ticket that is not paid',
      { financial_status: 'pending', ...lines({ requires_shipping: false }) },
      [],
      'payment_pending',
    ],
    [
      'a ticket that was sent before it is paid',
      { financial_status: 'pending', ...lines({ requires_shipping: false }) },
      [parcel(20, units([11, 2]))],
      'shipped',
    ],
    [
      'one of two tickets',
      { financial_status: 'pending', ...lines({ requires_shipping: false, fulfillable_quantity: 2 }) },
      [parcel(20, units([11, 1]))],
      'partially_shipped',
    ],
    ['all refunded', { financial_status: 'refunded', ...lines({ fulfillable_quantity: 0 }) }, [], 'refunded'],
    [
      'some shipped and the rest refunded',
      { financial_status: 'partially_refunded', ...partial, ...lines({ fulfillable_quantity: 0 }) },
      [],
      'shipped',
    ],
    [
      'in a parcel that is still pending',
      lines({ fulfillable_quantity: 0 }),
      [parcel(9, { ...units([11, 2]), status: 'pending' })],
      'awaiting_shipment',
    ],
    [
      'a newer body says only that nothing is left: it may have been shipped',
      lines({ current_quantity: 2, fulfillable_quantity: 2 }),
      [slim({ line_items: [{ id: 11, fulfillable_quantity: 0 }] })],
      'awaiting_shipment',
    ],
    [
      'a newer body says that nothing is left, and that nothing was shipped',
      lines({ current_quantity: 2, fulfillable_quantity: 2 }),
      [slim({ fulfillment_status: null, line_items: [{ id: 11, fulfillable_quantity: 0 }] })],
      'completed',
    ],
    [
      'some removed before, the rest refunded',
      lines({ quantity: 4, current_quantity: 2, fulfillable_quantity: 2 }),
      [refund(20, { refund_line_items: [{ id: 1, line_item_id: 11, quantity: 2, restock_type: 'cancel' }] })],
      'completed',
    ],
    ['closed, with unknown lines', { closed_at: at(9), line_items: undefined }, [], 'awaiting_shipment'],
  ])('%s', (_what, fields, events, status) => {
    const all = [told(fields), ...events];
    expect(orderAfter(...all).status).toBe(status);
    expect(orderAfter(...all.toReversed()).status).toBe(status);
  });
});

describe('delivery', () => {
  const scan = (seconds: number, id: number, status: string) =>
    part('fulfillment_events/create', seconds, {
      id,
      fulfillment_id: 31,
      status,
      happened_at: at(seconds),
      updated_at: at(seconds),
    });
  const shipped = [told({}), fulfillment(11)];

  test.each<[string, WaitingEvent[], Status]>([
    ['picked up', [scan(12, 1, 'ready_for_pickup'), scan(13, 2, 'picked_up')], 'completed'],
    [
      "picked up, by the fulfillment's own status",
      [fulfillment(12, { created_at: at(11), shipment_status: 'picked_up' })],
      'completed',
    ],
    ['picked up by the carrier', [scan(12, 1, 'carrier_picked_up')], 'shipped'],
    ['ready to be picked up', [scan(12, 1, 'ready_for_pickup')], 'shipped'],
    [
      'delivered, then a label is printed',
      [scan(12, 1, 'delivered'), scan(13, 2, 'label_printed')],
      'completed',
    ],
    ['delivered, then failed', [scan(12, 1, 'delivered'), scan(13, 2, 'failure')], 'shipped'],
    ['attempted, then delivered', [scan(12, 1, 'attempted_delivery'), scan(13, 2, 'delivered')], 'completed'],
  ])('%s', (_what, events, status) => {
    expect(orderAfter(...shipped, ...events).status).toBe(status);
    expect(orderAfter(...events.toReversed(), ...shipped).status).toBe(status);
  });

  test('C13: the deletion of a tracking event counts, whatever the times of the two', () => {
    const same = { id: 1, fulfillment_id: 31, status: 'delivered', updated_at: at(12) };
    const created = part('fulfillment_events/create', 12.9, same);
    const deleted = { ...part('fulfillment_events/delete', 12, same), triggeredAt: null };
    for (const events of [
      [created, deleted],
      [deleted, created],
    ])
      expect(orderAfter(...shipped, ...events).status).toBe('shipped');
  });
});
