import type { Locks } from '../lock/locks.ts';
import { createShopStore } from '../persist/shop-store.ts';
import { createAccessTokens } from '../shop/access-tokens.ts';
import { createAdminApi, type AdminApi, type AdminApiTools } from '../shop/admin-api.ts';
import { createHandlersApi } from '../shop/handlers-api.ts';
import { createSessionStore } from '../shop/session-store.ts';
import { API_VERSION, APP_SETTINGS, openShopify, shopifyAddress, type AppConfig } from '../shop/shopify.ts';
import type { AskShop } from '../publish/shopify-for-handlers.ts';
import { createCipher, type Cipher } from '../system/cipher.ts';
import type { Config } from '../system/config.ts';
import type { Resources } from './resources.ts';

/** The Admin API, with the tokens of the shops that installed the app. */
export function adminApiOf(
  { config, log, collections }: Resources<AppConfig>,
  lock: Locks,
  cipher: Cipher,
  limits: Pick<AdminApiTools, 'deadlineMs' | 'largestBytes'> = {},
) {
  const shopify = openShopify(config, log);
  const shops = createShopStore(collections);
  const sessions = createSessionStore(collections.sessions, cipher);
  const tokens = createAccessTokens({ shopify, sessions, lock, shops });
  const address = shopifyAddress(config.SHOPIFY_API_URL);
  const api: AdminApi = createAdminApi({ address, tokens, version: API_VERSION, ...limits });
  return { shopify, shops, tokens, address, api };
}

/** An answer is kept in the memory of two processes. */
const LARGEST_BYTES = 1024 * 1024;
/** Shopify itself gives up a query after about 10 s. */
const DEADLINE_MS = 15_000;

/** The Admin API for handlers; null: this publisher does not have the app's settings. */
export function askShopOf(resources: Resources, lock: Locks): AskShop | null {
  const { config } = resources;
  if (!isOfApp(config)) return null;
  const limits = { deadlineMs: DEADLINE_MS, largestBytes: LARGEST_BYTES };
  const cipher = createCipher(config.TOKEN_KEYS);
  const { api } = adminApiOf({ ...resources, config }, lock, cipher, limits);
  return createHandlersApi(api).ask;
}

function isOfApp(config: Config): config is AppConfig {
  return APP_SETTINGS.every((name) => config[name] !== undefined);
}
