import express, { type Express } from 'express';
import { complianceRunner } from './compliance/compliance-runner.ts';
import { depositor } from './deposit/depositor.ts';
import { fingerprintsOf } from './deposit/fingerprints.ts';
import type { ScriptedRedis } from './deposit/scripts.ts';
import type { Waker } from './deposit/waker.ts';
import { adminRoutes, type AdminTools } from './health/admin-routes.ts';
import type { OrderLock } from './lock/order-lock.ts';
import { tellAppStarted } from './persist/app-presence.ts';
import { auditLog } from './persist/audit-log.ts';
import type { Collections } from './persist/collections.ts';
import { reconcileBook } from './persist/reconcile-book.ts';
import { shopBook, type ShopBook } from './persist/shop-book.ts';
import { shopChecks } from './persist/shop-checks.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { accessTokens, type AccessTokens } from './shop/access-tokens.ts';
import { adminApi, type AdminApi } from './shop/admin-api.ts';
import { askedIfIn } from './shop/asked-if-in.ts';
import { bulkFile } from './shop/bulk-file.ts';
import { installRoutes } from './shop/install-routes.ts';
import { installer } from './shop/installer.ts';
import { errorPage } from './shop/merchant-page.ts';
import { merchantRoutes } from './shop/merchant-routes.ts';
import { resealAll, sessionStore } from './shop/session-store.ts';
import { API_VERSION, openShopify, scopesOf, shopifyAddress, type AppConfig } from './shop/shopify.ts';
import { SubscriptionCheck } from './shop/subscription-check.ts';
import { tokenCipher, type TokenCipher } from './shop/token-cipher.ts';
import type { Part } from './system/lifecycle.ts';
import type { Logger } from './system/log.ts';
import { dedupeTtlSeconds } from './system/config.ts';
import type { Metrics } from './system/metrics.ts';
import { allRedisKeys } from './system/redis-keys.ts';
import { safeHeaders } from './watch/headers.ts';
import { completenessOf } from './shop/completeness.ts';
import { shopActivity } from './shop/shop-activity.ts';

/** What an app is composed of. The program opens these, and so do tests. */
export interface Ground {
  config: AppConfig;
  log: Logger;
  redis: ScriptedRedis;
  wakes: Waker;
  metrics: Metrics;
  lock: OrderLock;
  collections: Collections;
}

export interface App {
  app: Express;
  tokens: AccessTokens;
  /** Started before the app is served, in this order. */
  before: readonly Part[];
  /** Started after that: background work. */
  after: readonly Part[];
}

/** Composes the merchant's side. @param admin health and metrics; null: served on another port */
export function composeApp(ground: Ground, admin: AdminTools | null): App {
  const { config, log, redis, lock, collections } = ground;
  const shopify = openShopify(config, log);
  const cipher = tokenCipher(config.TOKEN_KEYS);
  const shops = shopBook(collections);
  const sessions = sessionStore(collections.sessions, cipher);
  const tokens = accessTokens({ shopify, sessions, lock, shops });
  const address = shopifyAddress(config.SHOPIFY_API_URL);
  const api = adminApi({ address, tokens, version: API_VERSION });
  const isIn = (shop: string) => askedIfIn(api, shop);
  const audit = auditLog(collections.audit, log);
  const installs = installer({ shopify, tokens, shops, audit, isIn });
  const partitions = allRedisKeys(config.PARTITIONS);
  const app = express().disable('x-powered-by');
  if (admin) adminRoutes(app, admin);
  app.use(safeHeaders(), onlyOverTls);
  app.use(
    installRoutes({
      shopify,
      address,
      standIn: config.SHOPIFY_API_URL,
      installer: installs,
      log,
    }),
  );
  app.use(
    merchantRoutes({
      shopify,
      installer: installs,
      shops,
      activityOf: (shop) => shopActivity(redis, partitions, shop),
      completenessOf: (shop) => completenessOf(collections, shop),
      log,
      now: Date.now,
    }),
  );
  app.use((_request, response) => errorPage(response, 404, 'Page not found.'));
  app.use(onError(log));
  const shared = { collections, redis, partitions, lock, log, now: Date.now };
  const compliance = complianceRunner({ ...shared, audit, isIn });
  const after = [compliance, ...askingOf(ground, api, shops)];
  return { app, tokens, before: [resealing(ground, cipher), tellAppStarted(collections, Date.now)], after };
}

function resealing({ collections, log }: Ground, cipher: TokenCipher): Part {
  return {
    name: 'token keys',
    start: async () => {
      const { resealed, unopened } = await resealAll(collections.sessions, cipher);
      if (resealed > 0)
        log.info(
          { resealed, key: cipher.current },
          "shops' tokens encrypted again with the first key of TOKEN_KEYS",
        );
      if (unopened > 0)
        log.error({ unopened }, "shops' tokens cannot be decrypted: is a key missing in TOKEN_KEYS?");
    },
    stop: () => undefined,
  };
}

/** The parts that call the Admin API. */
function askingOf(ground: Ground, api: AdminApi, shops: ShopBook): Part[] {
  const { config, log, collections } = ground;
  const scopes = scopesOf(config);
  return [
    reconcilerOf(ground, api, shops),
    new SubscriptionCheck({ api, checks: shopChecks(collections), scopes, log, now: Date.now }),
  ];
}

function reconcilerOf(
  { config, log, redis, wakes, metrics, lock, collections }: Ground,
  api: AdminApi,
  shops: ShopBook,
): Reconciler {
  const partitions = allRedisKeys(config.PARTITIONS);
  const tools = {
    api,
    bulkFile: bulkFile(config.SHOPIFY_API_URL),
    collections,
    book: reconcileBook(collections, Date.now),
    depositor: depositor(redis, partitions, wakes, dedupeTtlSeconds(config)),
    fingerprintsOf,
    lock,
    attention: (shop: string, because: string | null) => shops.attention(shop, because),
    metrics,
    log,
    now: Date.now,
  };
  return new Reconciler(tools, config.RECONCILE_EVERY_MINUTES);
}

/** TLS ends at the proxy in front of the app. After the first visit, browsers use HTTPS only. */
const onlyOverTls: express.RequestHandler = (_request, response, next) => {
  response.set('strict-transport-security', 'max-age=31536000');
  next();
};

/** The answer contains neither the request's content nor a stack. */
function onError(log: Logger): express.ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof URIError) return errorPage(response, 400, 'This address is not valid.');
    log.error({ kind: error instanceof Error ? error.constructor.name : 'unknown' }, 'a request failed');
    errorPage(response, 503, 'Lockstep is unavailable at the moment. Try again in a minute.');
  };
}
