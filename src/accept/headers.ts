import type { IncomingHttpHeaders } from 'node:http';
import { asShopDomain, type ShopDomain } from '../order/identity.ts';
import { microsOf } from '../order/instants.ts';
import { mayLackShop, NO_SHOP } from '../order/shop-topics.ts';

/** What a delivery's headers say. None of it is signed. */
export interface DeliveryHeaders {
  topic: string;
  shop: ShopDomain;
  webhookId: string | null;
  /** Null where it is missing or no time: it only breaks ties. */
  triggeredAt: string | null;
}

const TOPIC = /^[a-z0-9_]+(\/[a-z0-9_]+)+$/;
/** Longer ids are nobody's: Shopify's are UUIDs. */
const WEBHOOK_ID = /^[\x21-\x7e]{1,200}$/;

/**
 * One header of Shopify's, in the usual family (`x-shopify-topic`) or in that of Events
 * (`shopify-topic`). Sent twice, Node joins the values; then they match nothing and count as missing.
 */
export function shopifyHeader(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The headers, or the names of all that are missing or unusable. */
export function readHeaders(headers: IncomingHttpHeaders): DeliveryHeaders | { missing: string[] } {
  const topic = matching(shopifyHeader(headers, 'topic')?.toLowerCase(), TOPIC);
  const shop = shopOf(headers, topic);
  const missing = [...(topic ? [] : ['x-shopify-topic']), ...(shop ? [] : ['x-shopify-shop-domain'])];
  if (!topic || !shop) return { missing };
  const triggeredAt = shopifyHeader(headers, 'triggered-at');
  return {
    topic,
    shop,
    webhookId: matching(shopifyHeader(headers, 'webhook-id'), WEBHOOK_ID),
    triggeredAt: microsOf(triggeredAt) === null ? null : triggeredAt,
  };
}

/** The shop of a header, or what stands for none where the topic may come without. */
function shopOf(headers: IncomingHttpHeaders, topic: string | null): ShopDomain | null {
  const told = asShopDomain(shopifyHeader(headers, 'shop-domain') ?? '');
  return told ?? (mayLackShop(topic ?? '') ? NO_SHOP : null);
}

function matching(text: string | null | undefined, pattern: RegExp): string | null {
  return text && pattern.test(text) ? text : null;
}
