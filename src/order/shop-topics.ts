import { asShopDomain, NO_SHOP, type ShopDomain } from './identity.ts';
import { at, readJson } from './lossless-json.ts';

/**
 * Every topic that is about the shop itself. They go to `<shop>/-`, whose drain carries them out. Their bodies carry
 * no time, so triggered-at goes into the hash. Wrong here: the data of another shop is wiped.
 */
interface ShopTopicRow {
  /** Where the body, which is signed, names the shop; null: only the header does, which is not. */
  shopAt: readonly string[] | null;
  /** Compliance webhooks have arrived without a shop in the header (facts S10). */
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

/** Which shop a body is about: the body's word before the header's. */
export function shopRouteOf(
  topic: ShopTopic,
  told: ShopDomain,
  body: Uint8Array,
): { shop: ShopDomain; because: string | null } {
  const json = readJson(body);
  if (!json.ok) return { shop: told, because: json.because };
  const { shopAt } = SHOP_TOPICS[topic];
  const named = shopAt && at(json.value, shopAt);
  const shop = (typeof named === 'string' ? asShopDomain(named) : null) ?? told;
  return { shop, because: shop === NO_SHOP ? `${topic} names no shop, in its body or its header` : null };
}
