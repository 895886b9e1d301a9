import fc from 'fast-check';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { EventTopic } from '../../src/order/external-types.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { at, eventIdOf, ORDER_ID } from './events.ts';

/** Few values for everything, which makes ties of time, id and content common. */
const maybe = <Value>(...values: Value[]) => fc.constantFrom<Value | null>(null, ...values);
const second = fc.integer({ min: 0, max: 3 }).map(at);
const smallId = fc.constantFrom(1, 2);
const quantity = fc.constantFrom(0, 1, 2);
/** A whole body, or a slim one that leaves fields out. Whole bodies are rarer here than in practice. */
function slim<Model extends Record<string, fc.Arbitrary<unknown>>>(
  model: Model,
  ...always: (keyof Model & string)[]
) {
  return fc.oneof(fc.record(model), fc.record(model, { requiredKeys: always as never }));
}

/** A list, or occasionally one whose items have no ids. */
const named = (list: fc.Arbitrary<unknown[]>) =>
  fc.oneof(
    { weight: 8, arbitrary: list },
    { weight: 1, arbitrary: fc.constant([{ sku: 'C', status: 'success' }]) },
  );

const money = fc.constantFrom('10.00', '5', '0.00', '-5.00', 'much', 7.5);
const currency = fc.constantFrom('USD', 'JPY');
const line = slim(
  {
    id: smallId,
    sku: maybe('A', 'B'),
    quantity,
    current_quantity: fc.option(quantity),
    fulfillable_quantity: fc.option(quantity),
    requires_shipping: maybe(true, false),
  },
  'id',
);
const unit = slim({ id: smallId, quantity });

const fulfillment = slim(
  {
    id: smallId,
    status: maybe('success', 'pending', 'cancelled'),
    shipment_status: maybe('delivered', 'in_transit', 'picked_up'),
    tracking_numbers: fc.array(fc.constantFrom('1Z', '2Z', null), { maxLength: 2 }),
    created_at: second,
    updated_at: second,
    line_items: fc.array(unit, { maxLength: 2 }),
  },
  'id',
);
const transaction = slim(
  {
    id: smallId,
    kind: fc.constantFrom('sale', 'capture', 'authorization', 'refund', 'void', 'constructor'),
    status: fc.constantFrom('success', 'failure', 'error', 'pending'),
    amount: money,
    currency,
    parent_id: fc.option(smallId),
    test: fc.constantFrom(false, false, false, true),
    processed_at: second,
  },
  'id',
);
const refunded = slim({
  id: smallId,
  line_item_id: smallId,
  quantity,
  restock_type: maybe('cancel', 'return', 'no_restock'),
});
const refund = slim(
  {
    id: smallId,
    processed_at: second,
    refund_line_items: fc.array(refunded, { maxLength: 2 }),
    transactions: fc.array(transaction, { maxLength: 2 }),
  },
  'id',
);
const whole = slim({
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
  currency,
  total_price: maybe('10.00', '0.00', 'much'),
  total_price_set: fc.record({
    shop_money: slim({ amount: money, currency_code: currency }),
    presentment_money: slim({ amount: money, currency_code: currency }),
  }),
  line_items: named(fc.array(line, { maxLength: 3 })),
  fulfillments: named(fc.array(fulfillment, { maxLength: 2 })),
  refunds: named(fc.array(refund, { maxLength: 2 })),
});
const tracking = slim(
  {
    id: smallId,
    fulfillment_id: smallId,
    status: maybe('delivered', 'in_transit', 'picked_up'),
    happened_at: second,
    updated_at: second,
  },
  'id',
);
const other = slim({ id: smallId, status: maybe('open', 'won') }, 'id');

/** Of another system, as the intake writes it. */
const external = fc.record({
  external: fc.dictionary(
    fc.constantFrom('a.b', '$c', '__proto__', 'positions', 'd'),
    fc.constantFrom(1, 'x', null),
  ),
  occurredAt: second,
  source: fc.constant('wms'),
  public: fc.constant([]),
});

/** Bodies with possible topics. Deletions are rare, because the status never changes after one. */
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
  { weight: 3, arbitrary: of(external, 'wms/picked', 'erp/posted') },
);

function of(body: fc.Arbitrary<object>, ...topics: EventTopic[]): fc.Arbitrary<[EventTopic, object]> {
  return fc.tuple(fc.constantFrom(...topics), body);
}

/** A few events of one order, of any kind and content. */
export const eventLists: fc.Arbitrary<WaitingEvent[]> = fc
  .array(fc.tuple(told, fc.option(second), fc.nat(1000)), { minLength: 1, maxLength: 8 })
  .map((list) =>
    list.map(([[topic, body], triggeredAt, salt], i): WaitingEvent =>
      waitingEvent(topic, body, { id: eventIdOf(`${salt} ${i}`), triggeredAt }),
    ),
  );
