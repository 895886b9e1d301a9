import fc from 'fast-check';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Topic } from '../../src/order/topics.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { at, eventIdOf, ORDER_ID } from './events.ts';

/** Few values for everything, so that ties of time, id and content are the rule. */
const maybe = <Value>(...values: Value[]) => fc.constantFrom<Value | null>(null, ...values);
const second = fc.integer({ min: 0, max: 3 }).map(at);
const smallId = fc.constantFrom(1, 2);
const quantity = fc.constantFrom(0, 1, 2);
const line = fc.record({
  id: smallId,
  quantity,
  current_quantity: quantity,
  requires_shipping: maybe(true, false),
});

const fulfillment = fc.record({
  id: smallId,
  status: maybe('success', 'pending', 'cancelled'),
  shipment_status: maybe('delivered', 'in_transit'),
  updated_at: second,
  line_items: fc.array(fc.record({ id: smallId, quantity }), { maxLength: 2 }),
});
const transaction = fc.record({
  id: smallId,
  kind: fc.constantFrom('sale', 'capture', 'authorization', 'refund', 'void', 'constructor'),
  status: fc.constantFrom('success', 'failure', 'error', 'pending'),
  amount: fc.constantFrom('10.00', '5', '0.00', '-5.00', 'much'),
});
const refund = fc.record({ id: smallId, processed_at: second });
const whole = fc.record({
  name: maybe('#1'),
  updated_at: fc.oneof(second, fc.constant(null)),
  financial_status: maybe(
    'pending',
    'authorized',
    'partially_paid',
    'paid',
    'partially_refunded',
    'refunded',
    'voided',
    'expired',
    'new',
    'constructor',
    '__proto__',
  ),
  fulfillment_status: maybe('partial', 'fulfilled', 'restocked', 'toString'),
  cancelled_at: fc.option(second, { freq: 5 }),
  cancel_reason: maybe('', 'customer', 'fraud'),
  closed_at: fc.option(second),
  total_price: maybe('10.00', '0.00', 'much'),
  line_items: fc.array(line, { maxLength: 2 }),
  fulfillments: fc.array(fulfillment, { maxLength: 2 }),
  refunds: fc.array(refund, { maxLength: 2 }),
});
const tracking = fc.record({
  id: smallId,
  fulfillment_id: smallId,
  status: maybe('delivered', 'in_transit'),
  updated_at: second,
});
const other = fc.record({ id: smallId, status: maybe('open', 'won') });

/** Bodies and the topics that may bring them; deletions are rare, as they end every change of status. */
const told = fc.oneof(
  {
    weight: 8,
    arbitrary: of(
      whole,
      'orders/create',
      'orders/paid',
      'orders/updated',
      'orders/fulfilled',
      'orders/cancelled',
    ),
  },
  { weight: 8, arbitrary: of(transaction, 'order_transactions/create') },
  { weight: 4, arbitrary: of(fulfillment, 'fulfillments/create', 'fulfillments/update') },
  { weight: 4, arbitrary: of(tracking, 'fulfillment_events/create', 'fulfillment_events/delete') },
  { weight: 2, arbitrary: of(refund, 'refunds/create') },
  { weight: 2, arbitrary: of(other, 'disputes/update', 'returns/close', 'draft_orders/update') },
  { weight: 1, arbitrary: of(fc.constant({ id: ORDER_ID }), 'orders/delete') },
);

function of(body: fc.Arbitrary<object>, ...topics: Topic[]): fc.Arbitrary<[Topic, object]> {
  return fc.tuple(fc.constantFrom(...topics), body);
}

/** A few events of one order, of any kind and any content. */
export const eventLists: fc.Arbitrary<WaitingEvent[]> = fc
  .array(fc.tuple(told, fc.option(second), fc.nat(1000)), { minLength: 1, maxLength: 8 })
  .map((list) =>
    list.map(([[topic, body], triggeredAt, salt], i): WaitingEvent =>
      waitingEvent(topic, body, { id: eventIdOf(`${salt} ${i}`), triggeredAt }),
    ),
  );
