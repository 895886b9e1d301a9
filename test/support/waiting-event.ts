import { randomBytes } from 'node:crypto';
import type { WaitingEvent } from '../../src/order/event.ts';
import {
  asEventId,
  asOrderId,
  asShopDomain,
  orderKey,
  type EventId,
  type OrderKey,
} from '../../src/order/identity.ts';
import { routeOf } from '../../src/order/routing.ts';
import { isTopic } from '../../src/order/topics.ts';

/** Building blocks for tests of the inner parts. */
export const RECEIVED_AT = Date.UTC(2026, 10, 27, 15, 0, 0);

export function keyOf(orderId = '5820193456789', shop = 'example.myshopify.com'): OrderKey {
  const domain = asShopDomain(shop);
  if (!domain) throw new Error(`${shop} is not a shop`);
  return orderKey(domain, orderId === '-' ? null : asOrderId(orderId));
}

export function randomEventId(): EventId {
  const id = asEventId(randomBytes(32).toString('hex'));
  if (!id) throw new Error('64 hex digits are an event id');
  return id;
}

/** The drain's owner. */
export const BY = { worker: 'host:1', lockedAt: RECEIVED_AT };

/** A waiting event with a JSON body, of the order that the body names. */
export function waitingEvent(topic: string, json: unknown, more: Partial<WaitingEvent> = {}): WaitingEvent {
  const body = more.body ?? Buffer.from(JSON.stringify(json));
  return {
    id: randomEventId(),
    order: orderIn(topic, body),
    topic,
    webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    triggeredAt: null,
    receivedAt: RECEIVED_AT,
    unreadable: null,
    body,
    ...more,
  };
}

function orderIn(topic: string, body: Uint8Array): OrderKey {
  const route = isTopic(topic) ? routeOf(topic, body) : null;
  return route?.to === 'order' ? keyOf(route.orderId) : keyOf();
}
