import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi, type Shopify as Library } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { asShopDomain } from '../order/identity.ts';
import type { Config } from '../system/config.ts';
import type { Logger } from '../system/log.ts';
import { TOPICS_BY_SCOPE } from './topics-by-scope.ts';

/** The version of the Admin API that Lockstep is written for. Set only here and in `shopify.app.toml`. */
export const API_VERSION = ApiVersion.October26;

/** The scopes for all topics that are handled. */
export const ALL_SCOPES = Object.keys(TOPICS_BY_SCOPE);

/** Settings that the app requires. */
export const APP_SETTINGS = ['SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET', 'APP_URL', 'TOKEN_KEYS'] as const;
export type AppConfig = Config<(typeof APP_SETTINGS)[number]>;

export type Shopify = Pick<Library, 'auth' | 'session' | 'utils' | 'config'>;

/** The URL of a shop's path: at the shop, or at the simulated Shopify. */
export type ShopifyAddress = (shop: string, path: string) => string;

export function shopifyAddress(standIn: string | undefined): ShopifyAddress {
  const base = standIn?.replace(/\/+$/, '');
  return base === undefined
    ? (shop, path) => `https://${shop}${path}`
    : (shop, path) => `${base}/${shop}${path}`;
}

/** The scopes that the app asks merchants for. */
export function scopesOf({ APP_SCOPES }: Pick<AppConfig, 'APP_SCOPES'>): string[] {
  return APP_SCOPES?.split(',') ?? ALL_SCOPES;
}

/** Shopify answers within 5 s or not at all. */
const ASK_MS = 10_000;

/**
 * Shopify's library. It keeps its fetch function in a module-level variable: one per process. Its log
 * messages contain at most shops' names and are logged at level debug. Its errors may contain tokens and are
 * not logged.
 */
export function openShopify(config: AppConfig, log: Logger): Shopify {
  const address = shopifyAddress(config.SHOPIFY_API_URL);
  setAbstractFetchFunc((input, init) => {
    const { hostname, pathname, search } = new URL(input as string | URL);
    // Redirects are not followed: they would pass on the app's secret.
    const alone = { redirect: 'manual', signal: AbortSignal.timeout(ASK_MS) } as const;
    return fetch(address(hostname, pathname + search), { ...init, ...alone });
  });
  return shopifyApi({
    apiKey: config.SHOPIFY_API_KEY,
    apiSecretKey: config.SHOPIFY_API_SECRET,
    hostName: new URL(config.APP_URL).host,
    hostScheme: config.APP_URL.startsWith('https:') ? 'https' : 'http',
    scopes: scopesOf(config),
    apiVersion: API_VERSION,
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Warning, log: (_severity, message) => log.debug(message) },
  });
}

/** Whether a text is a shop's domain exactly as Shopify writes it, in lower case. */
export function isShop(text: unknown): text is string {
  return typeof text === 'string' && asShopDomain(text) === text;
}
