import { createHash } from 'node:crypto';
import { decide } from '../../src/order/decide.ts';
import type { OrderEvent, WaitingEvent } from '../../src/order/event.ts';
import type { EventId } from '../../src/order/identity.ts';
import type { Order } from '../../src/order/order.ts';
import { readEvent } from '../../src/order/read-event.ts';
import type { Topic } from '../../src/order/topics.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

/** Events of one order, with times in seconds after ten o'clock. */
export const ORDER_ID = 5820193456789;
export const NOW = Date.UTC(2026, 10, 27, 12);

/** `10:00:02` for 2, as in bodies; with a fraction, as in triggered-at. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 27, 10) + seconds * 1000).toISOString().replace('Z', '000Z');
}

/** An id that depends only on a name, so a failing run can be repeated. */
export function eventIdOf(name: string): EventId {
  return createHash('sha256').update(name).digest('hex') as EventId;
}

const PAID_IN_FULL = {
  id: ORDER_ID,
  name: '#1001',
  financial_status: 'paid',
  fulfillment_status: null,
  currency: 'USD',
  total_price: '60.00',
  line_items: [
    { id: 11, quantity: 2, current_quantity: 2, price: '20.00' },
    { id: 12, quantity: 1, current_quantity: 1, price: '20.00' },
  ],
};

/** A whole order at a given second. */
export function snapshot(topic: Topic, seconds: number, fields: object = {}): WaitingEvent {
  const body = { ...PAID_IN_FULL, updated_at: at(Math.floor(seconds)), ...fields };
  return waitingEvent(topic, body, { triggeredAt: at(seconds) });
}

/** A body with its own id that names the order. */
export function part(topic: Topic, seconds: number, fields: object): WaitingEvent {
  return waitingEvent(topic, { order_id: ORDER_ID, ...fields }, { triggeredAt: at(seconds) });
}

export function transaction(seconds: number, fields: object = {}): WaitingEvent {
  const sale = {
    id: 21,
    kind: 'sale',
    status: 'success',
    amount: '60.00',
    currency: 'USD',
    processed_at: at(seconds),
  };
  return part('order_transactions/create', seconds, { ...sale, ...fields });
}

export function fulfillment(seconds: number, fields: object = {}): WaitingEvent {
  const lines = [
    { id: 11, quantity: 2 },
    { id: 12, quantity: 1 },
  ];
  const body = {
    id: 31,
    status: 'success',
    created_at: at(seconds),
    updated_at: at(seconds),
    line_items: lines,
    ...fields,
  };
  return part('fulfillments/create', seconds, body);
}

export function deletion(seconds: number): WaitingEvent {
  return waitingEvent('orders/delete', { id: ORDER_ID }, { triggeredAt: at(seconds) });
}

export function reading(waiting: WaitingEvent): OrderEvent {
  const read = readEvent(waiting);
  if (!read.ok) throw new Error(read.because);
  return read.event;
}

/** The order after events that arrive one by one. */
export function orderAfter(...arrivals: WaitingEvent[]): Order {
  return afterBatches(arrivals.map((event) => [event]));
}

/** The order after events that arrive in batches. */
export function afterBatches(batches: WaitingEvent[][]): Order {
  const order = batches.reduce<Order | null>(
    (known, batch) => decide(keyOf(), known, batch, NOW).order ?? known,
    null,
  );
  if (!order) throw new Error('nothing happened to the order');
  return order;
}

/** `outcome: because` of each event, in the order of application. */
export function outcomesOf(order: Order): string[] {
  return order.applied.map(({ outcome, because }) => (because ? `${outcome}: ${because}` : outcome));
}
