import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi, type Shopify as Library } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { asShopDomain } from '../order/identity.ts';
import type { Config } from '../system/config.ts';
import type { Logger } from '../system/log.ts';
import { TOPICS_BY_SCOPE } from './topics-by-scope.ts';

/** The version of the Admin API that Lockstep is written for. Here and in `shopify.app.toml`, nowhere else. */
export const API_VERSION = ApiVersion.October26;

/** One for every topic that is handled. */
export const ALL_SCOPES = Object.keys(TOPICS_BY_SCOPE);

/** What the app cannot do without. */
export const APP_SETTINGS = ['SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET', 'APP_URL', 'TOKEN_KEYS'] as const;
export type AppConfig = Config<(typeof APP_SETTINGS)[number]>;

export type Shopify = Pick<Library, 'auth' | 'session' | 'utils' | 'config'>;

/** Where a shop's path is asked for: at the shop, or at the stand-in for Shopify's servers. */
export type ShopifyAddress = (shop: string, path: string) => string;

export function shopifyAddress(standIn: string | undefined): ShopifyAddress {
  const base = standIn?.replace(/\/+$/, '');
  return base === undefined
    ? (shop, path) => `https://${shop}${path}`
    : (shop, path) => `${base}/${shop}${path}`;
}

/** What the app asks merchants for. */
export function scopesOf({ APP_SCOPES }: Pick<AppConfig, 'APP_SCOPES'>): string[] {
  return APP_SCOPES?.split(',') ?? ALL_SCOPES;
}

/** Shopify answers in 5 s or not at all. */
const ASK_MS = 10_000;

/**
 * Shopify's library. It keeps its way to the network in a global of its module: one per process.
 * What it logs holds shops' names at most, and goes to debug; its errors may hold tokens: they are not logged.
 */
export function openShopify(config: AppConfig, log: Logger): Shopify {
  const address = shopifyAddress(config.SHOPIFY_API_URL);
  setAbstractFetchFunc((input, init) => {
    const { hostname, pathname, search } = new URL(input as string | URL);
    // A redirect is not followed: it would take the app's secret along.
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

/** A shop as Shopify writes it: also no other case. */
export function isShop(text: unknown): text is string {
  return typeof text === 'string' && asShopDomain(text) === text;
}
