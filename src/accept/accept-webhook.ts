import type { IncomingHttpHeaders } from 'node:http';
import type { Depositor } from '../deposit/depositor.ts';
import type { FingerprintsOf } from '../deposit/fingerprints.ts';
import type { WaitingEvent } from '../order/event.ts';
import { orderKey, partsOf, type ShopDomain } from '../order/identity.ts';
import { routeOf } from '../order/routing.ts';
import { isShopTopic, shopRouteOf } from '../order/shop-topics.ts';
import { isSent, isTimeless, isTopic } from '../order/topics.ts';
import type { Answer } from './answers.ts';
import { readHeaders, shopifyHeader, type DeliveryHeaders } from './headers.ts';
import { isAuthentic, isSignature } from './hmac.ts';

export interface AcceptTools {
  secrets: readonly string[];
  fingerprintsOf: FingerprintsOf;
  depositor: Depositor;
  /** Whether webhooks of a shop's orders are taken (UNKNOWN_SHOPS). */
  takes: (shop: ShopDomain) => Promise<boolean>;
  now: () => number;
}

/**
 * A webhook comes in as bytes, and its answer goes out. HMAC before anything of the body is read (P1);
 * 200 only when the event is durable (P2) or there is nothing to keep.
 * @throws Fault not_durable, which is answered with 503
 */
export async function acceptWebhook(
  headers: IncomingHttpHeaders,
  body: Buffer,
  tools: AcceptTools,
): Promise<Answer> {
  const signature = signatureOf(headers);
  if (!signature || !isAuthentic(body, signature, tools.secrets)) return { outcome: 'forged' };
  const delivery = readHeaders(headers);
  if ('missing' in delivery) return { outcome: 'unreadable', missing: delivery.missing };
  const routed = await route(delivery, body, tools);
  if (routed === 'ignored') return { outcome: 'ignored' };
  return await deposit(delivery, routed, body, tools);
}

/** The signature, where the header holds what can be one. */
export function signatureOf(headers: IncomingHttpHeaders): string | null {
  const signature = shopifyHeader(headers, 'hmac-sha256');
  return isSignature(signature) ? signature : null;
}

type Routed = Pick<WaitingEvent, 'order' | 'unreadable'> & { changedAt?: number | undefined };

/**
 * Which order a delivery is for; what cannot be read goes to `<shop>/-`, where its drain parks it, and so does what
 * is about the shop itself. That is taken of any shop: a wish to erase data is never ignored.
 */
async function route(
  { topic, shop }: DeliveryHeaders,
  body: Buffer,
  { takes }: AcceptTools,
): Promise<Routed | 'ignored'> {
  if (isShopTopic(topic)) {
    const found = shopRouteOf(topic, shop, body);
    return { order: orderKey(found.shop, null), unreadable: found.because };
  }
  if (!isTopic(topic) || !isSent(topic)) return 'ignored';
  const found = routeOf(topic, body);
  if (found.to === 'elsewhere' || !(await takes(shop))) return 'ignored';
  return found.to === 'order'
    ? { order: orderKey(shop, found.orderId), unreadable: null, changedAt: found.changedAt }
    : { order: orderKey(shop, null), unreadable: found.because };
}

async function deposit(
  delivery: DeliveryHeaders,
  { order, unreadable, changedAt }: Routed,
  body: Buffer,
  { fingerprintsOf, depositor, now }: AcceptTools,
): Promise<Answer> {
  const { topic, webhookId, triggeredAt } = delivery;
  const { shop } = partsOf(order);
  const prints = fingerprintsOf({
    ...delivery,
    shop,
    body,
    changedAt: isTimeless(topic) ? 'never' : changedAt,
  });
  const told = { topic, webhookId, triggeredAt, receivedAt: now(), order, unreadable, body };
  const deposited = await depositor.deposit({ id: prints.event, ...told }, prints.delivery, prints.repeat);
  if (deposited.outcome === 'duplicate')
    return { ...deposited, firstSeenAt: deposited.firstSeenAt.toISOString() };
  return unreadable === null ? deposited : { outcome: 'parked', event: deposited.event, because: unreadable };
}
