import type { IncomingHttpHeaders } from 'node:http';
import { asShopDomain, NO_SHOP, type ShopDomain } from '../order/identity.ts';
import { millisOf } from '../order/instants.ts';
import { mayLackShop } from '../order/shop-topics.ts';

/** What a delivery's headers contain. Headers are not signed. */
export interface DeliveryHeaders {
  /** In lower case, even the topics of Events (`Order`): those are not handled anyway. */
  topic: string;
  shop: ShopDomain;
  webhookId: string | null;
  /** Null if it is missing, not a valid time, or in the future: the delivery is accepted without it. */
  triggeredAt: string | null;
}

/** Matches `orders/create`, `customer.tags_added` and the Events' `Order`: no documented topic is refused. */
const TOPIC = /^(?=.{1,100}$)[a-z][a-z0-9_]*([./][a-z0-9_]+)*$/;
/** Shopify's ids are UUIDs; a longer id is not Shopify's. */
const WEBHOOK_ID = /^[\x21-\x7e]{1,200}$/;
/** Clocks differ by less. A time further ahead would count as newer than everything sent until then. */
const AHEAD_MS = 300_000;

/**
 * A Shopify header in the Events family (`shopify-topic`) or the classic family (`x-shopify-topic`). If both
 * are present, the first counts, as in Shopify's own libraries. If a header is sent twice, Node joins the
 * values; the result matches nothing and counts as missing.
 */
export function shopifyHeader(headers: IncomingHttpHeaders, name: string): string | null {
  return textOf(headers[`shopify-${name}`]) ?? textOf(headers[`x-shopify-${name}`]);
}

function textOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The headers, or the names of those that are missing or invalid. @param receivedAt ms since 1970 */
export function readHeaders(
  headers: IncomingHttpHeaders,
  receivedAt: number,
): DeliveryHeaders | { missing: string[] } {
  const topic = matching(shopifyHeader(headers, 'topic')?.toLowerCase(), TOPIC);
  const shop = shopOf(headers, topic);
  const missing = [...(topic ? [] : ['x-shopify-topic']), ...(shop ? [] : ['x-shopify-shop-domain'])];
  if (!topic || !shop) return { missing };
  const triggeredAt = shopifyHeader(headers, 'triggered-at');
  return {
    topic,
    shop,
    webhookId: matching(shopifyHeader(headers, 'webhook-id'), WEBHOOK_ID),
    triggeredAt: isPast(triggeredAt, receivedAt) ? triggeredAt : null,
  };
}

function isPast(time: string | null, receivedAt: number): boolean {
  return (millisOf(time) ?? Infinity) <= receivedAt + AHEAD_MS;
}

/** The shop in the header; NO_SHOP if the topic may arrive without one. */
function shopOf(headers: IncomingHttpHeaders, topic: string | null): ShopDomain | null {
  const shop = asShopDomain(shopifyHeader(headers, 'shop-domain') ?? '');
  return shop ?? (mayLackShop(topic ?? '') ? NO_SHOP : null);
}

function matching(text: string | null | undefined, pattern: RegExp): string | null {
  return text && pattern.test(text) ? text : null;
}
