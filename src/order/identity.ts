/**
 * Kinds of strings that must not be mixed up. Each is validated once, at the point of entry. What Lockstep stored
 * itself is not validated again: `trusted…`. No other file casts to these types (test/order/brands.test.ts).
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `example.myshopify.com`, lower case. */
export type ShopDomain = Branded<'ShopDomain'>;
/** 1 to 19 digits; a string because Shopify's ids pass 2^53. */
export type OrderId = Branded<'OrderId'>;
/** `<shop>/<order id>`, or `<shop>/-` for an event without a readable order id. */
export type OrderKey = Branded<'OrderKey'>;
/** SHA-256 of what happened, 64 lower-case hex digits; `_id` in the journal. */
export type EventId = Branded<'EventId'>;

/** Stands for "no order" in an {@link OrderKey}. */
const UNREADABLE = '-';

/** Shopify's own pattern. Every shop has such a name, whatever domain it sells under. */
const SHOP = /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/;
const ID = /^[1-9]\d{0,18}$/;
const EVENT = /^[0-9a-f]{64}$/;

/** Stands for "no shop". No real shop can have this name (RFC 2606). Events without a shop are parked under it. */
export const NO_SHOP = 'no-shop.invalid' as ShopDomain;

/** The only check of a shop domain: `<name>.myshopify.com` in upper or lower case, nothing else. */
export function asShopDomain(text: string): ShopDomain | null {
  const host = text.toLowerCase();
  return SHOP.test(host) ? (host as ShopDomain) : null;
}

/** The same for lookups, which may also ask for {@link NO_SHOP}. */
export function asShopOrNone(text: string): ShopDomain | null {
  return text.toLowerCase() === NO_SHOP ? NO_SHOP : asShopDomain(text);
}

/** A positive whole number of at most 19 digits, from a number or a string; null for anything else. */
export function asOrderId(value: unknown): OrderId | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && ID.test(text) ? (text as OrderId) : null;
}

export function asEventId(text: string): EventId | null {
  return EVENT.test(text) ? (text as EventId) : null;
}

export function orderKey(shop: ShopDomain, order: OrderId | null): OrderKey {
  return `${shop}/${order ?? UNREADABLE}` as OrderKey;
}

/** The key of an order that is in Redis or MongoDB. */
export function trustedOrderKey(stored: string): OrderKey {
  return stored as OrderKey;
}

/** The id of an event that is in Redis or MongoDB, or a hash that was just calculated. */
export function trustedEventId(stored: string): EventId {
  return stored as EventId;
}

/** A shop that is in MongoDB. */
export function trustedShopDomain(stored: string): ShopDomain {
  return stored as ShopDomain;
}

export function partsOf(key: OrderKey): { shop: ShopDomain; orderId: OrderId | null } {
  const slash = key.indexOf('/');
  const id = key.slice(slash + 1);
  return {
    shop: key.slice(0, slash) as ShopDomain,
    orderId: id === UNREADABLE ? null : (id as OrderId),
  };
}
