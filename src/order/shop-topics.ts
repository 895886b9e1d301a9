import { asShopDomain, NO_SHOP, type ShopDomain } from './identity.ts';
import { at, readJson } from './lossless-json.ts';

/**
 * Every topic about the shop itself. Their events go to `<shop>/-`, whose drain carries them out. Their bodies have no
 * time, so triggered-at is part of the hash. A mistake here can wipe the data of another shop.
 */
interface ShopTopicRow {
  /** Path of the shop in the body, which is signed; null: only the header names it, which is not signed. */
  shopAt: readonly string[] | null;
  /** Compliance webhooks have arrived without a shop in the header. */
  headerMayLackShop: boolean;
}

const COMPLIANCE = { shopAt: ['shop_domain'], headerMayLackShop: true } as const;

export const SHOP_TOPICS = {
  'app/uninstalled': { shopAt: ['myshopify_domain'], headerMayLackShop: false },
  'app/scopes_update': { shopAt: null, headerMayLackShop: false },
  'customers/data_request': COMPLIANCE,
  'customers/redact': COMPLIANCE,
  'shop/redact': COMPLIANCE,
} as const satisfies Record<string, ShopTopicRow>;

export type ShopTopic = keyof typeof SHOP_TOPICS;

export function isShopTopic(text: string): text is ShopTopic {
  return Object.hasOwn(SHOP_TOPICS, text);
}

export function mayLackShop(topic: string): boolean {
  return isShopTopic(topic) && SHOP_TOPICS[topic].headerMayLackShop;
}

/** Which shop a body is about: as in the body, else as in the header. */
export function shopRouteOf(
  topic: ShopTopic,
  fromHeader: ShopDomain,
  body: Uint8Array,
): { shop: ShopDomain; because: string | null } {
  const json = readJson(body);
  if (!json.ok) return { shop: fromHeader, because: json.because };
  const { shopAt } = SHOP_TOPICS[topic];
  const named = shopAt && at(json.value, shopAt);
  const shop = (typeof named === 'string' ? asShopDomain(named) : null) ?? fromHeader;
  return { shop, because: shop === NO_SHOP ? `${topic} names no shop in its body or header` : null };
}
