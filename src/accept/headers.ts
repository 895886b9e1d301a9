import type { IncomingHttpHeaders } from 'node:http';
import { asShopDomain, NO_SHOP, type ShopDomain } from '../order/identity.ts';
import { millisOf } from '../order/instants.ts';
import { mayLackShop } from '../order/shop-topics.ts';

/** What a delivery's headers say. None of it is signed. */
export interface DeliveryHeaders {
  /** Lower case: a topic of Events is none of ours in any case. */
  topic: string;
  shop: ShopDomain;
  webhookId: string | null;
  /** Null where it is missing, no time, or in the future: it only breaks ties. */
  triggeredAt: string | null;
}

/** `orders/create`, `customer.tags_added`, and Events' `Order`: what Shopify documents is never refused. */
const TOPIC = /^(?=.{1,100}$)[a-z][a-z0-9_]*([./][a-z0-9_]+)*$/;
/** Longer ids are nobody's: Shopify's are UUIDs. */
const WEBHOOK_ID = /^[\x21-\x7e]{1,200}$/;
/** Clocks differ by less. A time that is further ahead would outlast everything that Shopify tells from then on. */
const AHEAD_MS = 300_000;

/**
 * One header of Shopify's, in the family of Events (`shopify-topic`) or in the classic one (`x-shopify-topic`); where
 * both are there, Shopify's own libraries take the first. Sent twice, Node joins the values; then they match nothing
 * and count as missing.
 */
export function shopifyHeader(headers: IncomingHttpHeaders, name: string): string | null {
  return textOf(headers[`shopify-${name}`]) ?? textOf(headers[`x-shopify-${name}`]);
}

function textOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The headers, or the names of all that are missing or unusable. @param receivedAt ms since 1970 */
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

/** The shop of a header, or what stands for none where the topic may come without. */
function shopOf(headers: IncomingHttpHeaders, topic: string | null): ShopDomain | null {
  const told = asShopDomain(shopifyHeader(headers, 'shop-domain') ?? '');
  return told ?? (mayLackShop(topic ?? '') ? NO_SHOP : null);
}

function matching(text: string | null | undefined, pattern: RegExp): string | null {
  return text && pattern.test(text) ? text : null;
}
