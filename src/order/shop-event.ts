import { z } from 'zod';
import { id, listOf, objectOf } from './body-values.ts';
import type { WaitingEvent } from './event.ts';
import { partsOf, type EventId, type ShopDomain } from './identity.ts';
import { millisOf } from './instants.ts';
import { readJson } from './lossless-json.ts';
import { wrongIn } from './read-body.ts';
import { isShopTopic } from './shop-topics.ts';

/** An event about the shop itself: its app installation, or a request to see or erase data. */
export type ShopEvent = {
  id: EventId;
  shop: ShopDomain;
  /** When it happened, ms since 1970: triggered-at, which is not signed, but never later than the arrival. */
  at: number;
  receivedAt: number;
} & (
  | { topic: 'app/uninstalled' }
  | { topic: 'shop/redact' }
  | { topic: 'app/scopes_update' }
  | { topic: 'customers/data_request' | 'customers/redact'; customer: string; orders: string[] }
);

type ShopReading = { ok: true; event: ShopEvent } | { ok: false; because: string };

/** Reads an event that waits in `<shop>/-`. Never throws, whatever a signed body contains. */
export function readShopEvent(waiting: WaitingEvent): ShopReading {
  const { topic, unreadable, body } = waiting;
  if (unreadable !== null) return { ok: false, because: unreadable };
  if (!isShopTopic(topic)) return { ok: false, because: `the topic ${topic} is not a shop topic` };
  const json = readJson(body);
  if (!json.ok) return { ok: false, because: json.because };
  const reading = BODIES[topic].safeParse(json.value);
  if (reading.success) return { ok: true, event: { ...frontOf(waiting), ...reading.data } };
  return { ok: false, because: `${topic}: ${wrongIn(reading.error.issues[0], json.value)}` };
}

function frontOf({ id: event, order, triggeredAt, receivedAt }: WaitingEvent) {
  return {
    id: event,
    shop: partsOf(order).shop,
    at: Math.min(millisOf(triggeredAt) ?? receivedAt, receivedAt),
    receivedAt,
  };
}

const AN_OBJECT = 'an object';
const ANOTHER_TOPIC = 'belongs to another topic';
const orders = listOf(id).default([]);
const person = objectOf({ id });

/**
 * The topic is not signed: anyone with one signed body can send it again under any topic. So each body must match its
 * own topic. Otherwise an order would erase its customer, and a request to see data would erase it. Of a person only
 * the id is read. Scopes are not read, because the body may be another shop's; Shopify is asked instead.
 */
const BODIES = {
  'app/uninstalled': z
    .looseObject({ id }, AN_OBJECT)
    .refine(hasAll('myshopify_domain'), 'does not describe a shop')
    .transform(() => ({ topic: 'app/uninstalled' as const })),
  'app/scopes_update': z
    .object({ previous: z.array(z.unknown(), 'a list'), current: z.array(z.unknown(), 'a list') }, AN_OBJECT)
    .transform(() => ({ topic: 'app/scopes_update' as const })),
  'customers/data_request': z
    .looseObject({ shop_id: id, customer: person, orders_requested: orders }, AN_OBJECT)
    .refine(hasNone('orders_to_redact', 'id'), ANOTHER_TOPIC)
    .transform((body) => ({
      topic: 'customers/data_request' as const,
      customer: body.customer.id,
      orders: body.orders_requested,
    })),
  'customers/redact': z
    .looseObject({ shop_id: id, customer: person, orders_to_redact: orders }, AN_OBJECT)
    .refine(hasNone('orders_requested', 'data_request', 'id'), ANOTHER_TOPIC)
    .transform((body) => ({
      topic: 'customers/redact' as const,
      customer: body.customer.id,
      orders: body.orders_to_redact,
    })),
  'shop/redact': z
    .looseObject({ shop_id: id }, AN_OBJECT)
    .refine(hasNone('customer', 'orders_to_redact', 'orders_requested', 'data_request', 'id'), ANOTHER_TOPIC)
    .transform(() => ({ topic: 'shop/redact' as const })),
};

function hasAll(...keys: string[]): (body: object) => boolean {
  return (body) => keys.every((key) => Object.hasOwn(body, key));
}

function hasNone(...keys: string[]): (body: object) => boolean {
  return (body) => !keys.some((key) => Object.hasOwn(body, key));
}
