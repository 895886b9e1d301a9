import type { IncomingHttpHeaders } from 'node:http';
import type { Depositor } from '../deposit/depositor.ts';
import type { FingerprintsOf } from '../deposit/fingerprints.ts';
import { orderKey, type OrderId, type ShopDomain } from '../order/identity.ts';
import { orderInFront, routeOf } from '../order/routing.ts';
import { isShopTopic, shopRouteOf } from '../order/shop-topics.ts';
import { isSent, isTopic, type Topic } from '../order/topics.ts';
import type { Answer } from './answers.ts';
import { canBeWebhook } from './body-shape.ts';
import { readHeaders, shopifyHeader, type DeliveryHeaders } from './headers.ts';
import { isAuthentic, isSignature } from './hmac.ts';
import type { Takes } from './shop-gate.ts';
import { readShopifyEvent, type ShopifyEvent } from './shopify-event.ts';
import type { UnreadableLimit } from './unreadable-limit.ts';

export interface AcceptTools {
  secrets: readonly string[];
  fingerprintsOf: FingerprintsOf;
  depositor: Depositor;
  takes: Takes;
  unreadable: UnreadableLimit;
  now: () => number;
}

/** An answer, and details that go only to the log and the metrics. */
export interface Judged {
  answer: Answer;
  because?: string;
  event?: ShopifyEvent;
}

/**
 * Turns the bytes of a webhook into an answer. It checks the HMAC before it reads anything in the body (P1),
 * and answers 200 only if the event is durable (P2) or there is nothing to store.
 * @throws Fault not_durable, which is answered with 503
 */
export async function acceptWebhook(
  headers: IncomingHttpHeaders,
  body: Buffer,
  tools: AcceptTools,
): Promise<Judged> {
  const signature = signatureOf(headers);
  if (!signature || !isAuthentic(body, signature, tools.secrets)) return { answer: { outcome: 'forged' } };
  if (!canBeWebhook(body)) return { answer: { outcome: 'forged' }, because: 'signed, but not a JSON object' };
  const receivedAt = tools.now();
  const delivery = readHeaders(headers, receivedAt);
  if ('missing' in delivery) return { answer: { outcome: 'unreadable', missing: delivery.missing } };
  const routed = route(delivery, body);
  if ('ignored' in routed) return ignored(routed.ignored, routed.event);
  if (!(await tools.takes(routed.shop, routed.about)))
    return ignored('the shop never installed the app (UNKNOWN_SHOPS)');
  return await deposit({ delivery, routed, body, receivedAt }, tools);
}

/** The signature in the header; null if it cannot be a signature. */
export function signatureOf(headers: IncomingHttpHeaders): string | null {
  const signature = shopifyHeader(headers, 'hmac-sha256');
  return isSignature(signature) ? signature : null;
}

function ignored(because: string, event?: ShopifyEvent): Judged {
  return { answer: { outcome: 'ignored' }, because, ...(event && { event }) };
}

/** Which order or shop a delivery is about. */
interface Routed {
  about: 'order' | 'shop';
  shop: ShopDomain;
  orderId: OrderId | null;
  unreadable: string | null;
}

type NotOurs = { ignored: string; event?: ShopifyEvent };

/**
 * A body that begins with its order's id goes to that order, and is read by the drain. If it cannot be read, its drain
 * parks it. Other unreadable webhooks go to `<shop>/-`, whose drain parks them. Webhooks about the shop itself go there
 * too. An Event is ignored whatever topic its headers name: the signed body says what it is.
 */
function route({ topic, shop }: DeliveryHeaders, body: Buffer): Routed | NotOurs {
  if (isShopTopic(topic)) {
    const found = shopRouteOf(topic, shop, body);
    const about = { about: 'shop' as const, shop: found.shop, orderId: null, unreadable: found.because };
    return asEvent(body) ?? about;
  }
  if (isTopic(topic) && isSent(topic)) return routeOrder(topic, shop, body);
  const isClassic = topic.includes('/');
  return (isClassic ? null : asEvent(body)) ?? { ignored: 'the topic is not handled' };
}

function routeOrder(topic: Topic, shop: ShopDomain, body: Buffer): Routed | NotOurs {
  const about = { about: 'order' as const, shop };
  const inFront = orderInFront(topic, body);
  if (inFront) return { ...about, orderId: inFront, unreadable: null };
  const found = routeOf(topic, body);
  if (found.to === 'order') return { ...about, orderId: found.orderId, unreadable: null };
  if (found.to === 'elsewhere') return { ignored: 'the body names no order' };
  return asEvent(body) ?? { ...about, orderId: null, unreadable: found.because };
}

function asEvent(body: Buffer): NotOurs | null {
  const event = readShopifyEvent(body);
  return event && { ignored: `Events are not handled yet: ${event.topic}, ${event.action}`, event };
}

interface Taken {
  delivery: DeliveryHeaders;
  routed: Routed;
  body: Buffer;
  receivedAt: number;
}

/** Stores every readable webhook, and unreadable ones up to an hourly limit per shop. */
async function deposit(taken: Taken, tools: AcceptTools): Promise<Judged> {
  const { unreadable, shop } = taken.routed;
  if (unreadable === null) return { answer: answerOf(await put(taken, tools)) };
  const bytes = taken.body.length;
  if (!tools.unreadable.take(shop, bytes))
    return ignored('the shop sent too many unreadable webhooks this hour');
  let kept = false;
  try {
    const deposited = await put(taken, tools);
    kept = deposited.outcome === 'accepted';
    const parked = { outcome: 'parked', event: deposited.event, because: unreadable } as const;
    return { answer: kept ? parked : answerOf(deposited) };
  } finally {
    if (!kept) tools.unreadable.giveBack(shop, bytes);
  }
}

type DepositResult = Awaited<ReturnType<Depositor['deposit']>>;

async function put(
  { delivery, routed, body, receivedAt }: Taken,
  { fingerprintsOf, depositor }: AcceptTools,
): Promise<DepositResult> {
  const { topic, webhookId, triggeredAt } = delivery;
  const { shop, orderId, unreadable } = routed;
  const prints = fingerprintsOf({ ...delivery, shop, body });
  const order = orderKey(shop, orderId);
  const waiting = { id: prints.event, order, topic, webhookId, triggeredAt, receivedAt, unreadable, body };
  return await depositor.deposit(waiting, prints.delivery, prints.repeat);
}

function answerOf(deposited: DepositResult): Answer {
  return deposited.outcome === 'duplicate'
    ? { ...deposited, firstSeenAt: deposited.firstSeenAt.toISOString() }
    : deposited;
}
