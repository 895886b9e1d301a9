import { createHash } from 'node:crypto';
import type { WaitingEvent } from '../order/event.ts';
import type { ExternalData } from '../order/external-fact.ts';
import { externalBody, externalEventId } from '../order/external.ts';
import { isExternalType } from '../order/external-types.ts';
import { asOrderId, orderKey, trustedEventId, trustedShopDomain, type OrderId } from '../order/identity.ts';
import { routeOf } from '../order/routing.ts';
import { isTopic } from '../order/topics.ts';
import type { OtherEvent, TryOptions, Webhook } from './tried.ts';

/** What a test gave: a webhook of Shopify, or an event of another system. */
type Given = TryOptions['webhooks'][number];

type Made = Pick<WaitingEvent, 'id' | 'topic' | 'body'> & { orderId: OrderId };

const SHOP = 'example.myshopify.com';
/** What the intake takes from the token. */
const SOURCE = 'runHandler';

/** When it arrives; null: when the one before it does. */
export function arrivalOf(given: Given): number | null {
  const time = given.at ?? (isOther(given) ? given.occurredAt : timeIn(given.body));
  const ms = time instanceof Date ? time.getTime() : typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function timeIn(body: object): unknown {
  const times = body as Readonly<Record<'updated_at' | 'processed_at' | 'created_at', unknown>>;
  return times.updated_at ?? times.processed_at ?? times.created_at;
}

/**
 * The event at this index, as it would wait in the order's mailbox.
 * @throws Error that names the event, if Lockstep would not take it
 */
export function waitingOf(options: TryOptions, i: number, arrivedAt: number): WaitingEvent {
  const given = options.webhooks[i];
  if (!given) throw new RangeError(`there is no webhook ${i}`);
  const shop = trustedShopDomain(options.shop ?? SHOP);
  const { id, topic, orderId, body } = isOther(given)
    ? externalOf(given, i, arrivedAt, options.webhooks)
    : webhookOf(given, i);
  const nothing = { webhookId: null, triggeredAt: null, unreadable: null };
  return { id, topic, body, order: orderKey(shop, orderId), receivedAt: arrivedAt, ...nothing };
}

function webhookOf({ topic, body }: Webhook, i: number): Made {
  if (!isTopic(topic)) throw new Error(`webhook ${i}: ${topic} is not a topic of an order`);
  const bytes = Buffer.from(JSON.stringify(body));
  const route = routeOf(topic, bytes);
  if (route.to !== 'order') throw new Error(`webhook ${i} (${topic}) names no order`);
  return { id: trustedEventId(hashOf(i, topic, bytes)), topic, orderId: route.orderId, body: bytes };
}

/** As the intake makes it. Schemas of types are only known where they are registered, so they are not checked. */
function externalOf(given: OtherEvent, i: number, arrivedAt: number, all: readonly Given[]): Made {
  const { type, data, occurredAt } = given;
  if (!isExternalType(type))
    throw new Error(`webhook ${i}: ${type} is not a type of another system's events`);
  if (!isObject(data)) throw new Error(`webhook ${i} (${type}): its data is not an object`);
  const at = occurredAt === undefined ? arrivedAt : new Date(occurredAt).getTime();
  if (Number.isNaN(at)) throw new Error(`webhook ${i} (${type}): occurredAt is not a time`);
  const orderId = given.order === undefined ? firstOrderOf(all) : asOrderId(given.order);
  if (!orderId) throw new Error(`webhook ${i} (${type}) names no order`);
  const body = externalBody({
    external: JSON.parse(JSON.stringify(data)) as ExternalData,
    occurredAt: new Date(at).toISOString(),
    source: SOURCE,
    public: [],
  });
  return { id: externalEventId(hashOf(i, type, body)), topic: type, orderId, body };
}

/** All webhooks are about one order. */
function firstOrderOf(all: readonly Given[]): OrderId | null {
  const i = all.findIndex((each) => !isOther(each));
  const first = all[i];
  return first && !isOther(first) ? webhookOf(first, i).orderId : null;
}

function hashOf(i: number, topic: string, bytes: Buffer): string {
  return createHash('sha256').update(`${i} ${topic}`).update(bytes).digest('hex');
}

function isOther(given: Given): given is OtherEvent {
  return 'type' in given;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
