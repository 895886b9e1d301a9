import express, { type Express } from 'express';
import { complianceRunner } from '../compliance/compliance-runner.ts';
import { LANES } from '../deposit/fair-shares.ts';
import { fingerprintsOf } from '../deposit/fingerprints.ts';
import { adminRoutes } from '../health/admin-routes.ts';
import { mongoCheck, redisCheck } from '../health/checks.ts';
import { createLocks, type Locks } from '../lock/locks.ts';
import { tellAppStarted } from '../persist/app-presence.ts';
import { createCompletenessStore } from '../persist/completeness-store.ts';
import { createReconcileStore } from '../persist/reconcile-store.ts';
import type { ShopStore } from '../persist/shop-store.ts';
import { createShopChecks } from '../persist/shop-checks.ts';
import { CompletenessRunner } from '../reconcile/completeness-runner.ts';
import { Reconciler } from '../reconcile/reconciler.ts';
import type { AccessTokens } from '../shop/access-tokens.ts';
import type { AdminApi } from '../shop/admin-api.ts';
import { installedAtShopify } from '../shop/installed-at-shopify.ts';
import { createBulkFile } from '../shop/bulk-file.ts';
import { completenessOf } from '../shop/completeness.ts';
import { installRoutes } from '../shop/install-routes.ts';
import { createInstaller } from '../shop/installer.ts';
import { errorPage } from '../shop/merchant-page.ts';
import { merchantRoutes } from '../shop/merchant-routes.ts';
import { resealAll } from '../shop/session-store.ts';
import { createShopActivity } from '../shop/shop-activity.ts';
import { scopesOf, type AppConfig } from '../shop/shopify.ts';
import { SubscriptionCheck } from '../shop/subscription-check.ts';
import { createCipher, type Cipher } from '../system/cipher.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { safeHeaders } from '../operate/headers.ts';
import { adminApiOf } from './admin-api-of.ts';
import { adminServed, type Composition } from './composition.ts';
import { depositorOver, type OpenWakes } from './deposits.ts';
import type { Resources } from './resources.ts';

/** What the merchant's side is composed of. */
interface AppResources extends Resources<AppConfig> {
  wakes: OpenWakes;
}

export interface App extends Composition {
  tokens: AccessTokens;
}

/** Composes the merchant's side: its HTTP, and the work that it does in the background. */
export function composeApp(resources: AppResources): App {
  const { config, log, metrics, now, redis, partitions, mongo, collections } = resources;
  const lock = createLocks(resources.lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc());
  const cipher = createCipher(config.TOKEN_KEYS);
  const shop = shopTools(resources, lock, cipher);
  const admin = {
    checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
    stopping: resources.stopping,
    metrics,
    measure: () => Promise.resolve(),
  };
  const app = express().disable('x-powered-by');
  if (config.ADMIN_PORT === undefined) adminRoutes(app, admin);
  addRoutes(app, resources, shop);
  const { audit } = resources;
  const { api, isIn } = shop;
  const compliance = complianceRunner({ collections, redis, partitions, lock, log, now, audit, isIn });
  return {
    http: [
      ...adminServed(config.ADMIN_PORT, admin),
      { name: 'app', app, port: config.APP_PORT, about: 'the app' },
    ],
    components: {
      before: [
        ...resources.wakes.components,
        resealing(resources, cipher),
        tellAppStarted(collections, now),
        createHeartbeats(redis, redisKeys(0), 'app', () => Promise.resolve({})),
      ],
      after: [
        compliance,
        reconcilerOf(resources, api, shop.shops, lock),
        completenessRunnerOf(resources, api, lock),
        new SubscriptionCheck({
          api,
          checks: createShopChecks(collections),
          scopes: scopesOf(config),
          log,
          now,
        }),
      ],
    },
    tokens: shop.tokens,
  };
}

/** What the routes and the background work use: Shopify, the shops, and their tokens. */
function shopTools(resources: AppResources, lock: Locks, cipher: Cipher) {
  const { audit } = resources;
  const { shopify, shops, tokens, address, api } = adminApiOf(resources, lock, cipher);
  const isIn = (shop: string) => installedAtShopify(api, shop);
  const installs = createInstaller({ shopify, tokens, shops, audit, isIn });
  return { shopify, shops, tokens, address, api, isIn, installer: installs };
}

function addRoutes(
  app: Express,
  { config, log, redis, partitions, collections, now }: AppResources,
  { shopify, address, installer: installs, shops }: ReturnType<typeof shopTools>,
): void {
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
      activityOf: (shop) => createShopActivity(redis, partitions, shop),
      completenessOf: (shop) => completenessOf(collections, shop),
      log,
      now,
    }),
  );
  app.use((_request, response) => errorPage(response, 404, 'Page not found.'));
  app.use(onError(log));
}

function resealing({ collections, log }: AppResources, cipher: Cipher): Component {
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

function reconcilerOf(resources: AppResources, api: AdminApi, shops: ShopStore, lock: Locks): Reconciler {
  const { config, log, metrics, now, collections, wakes } = resources;
  const tools = {
    api,
    bulkFile: createBulkFile(config.SHOPIFY_API_URL),
    collections,
    store: createReconcileStore(collections, now),
    depositor: depositorOver(resources, wakes.waker, { lane: LANES.reconcile }),
    fingerprintsOf,
    lock,
    attention: (shop: string, because: string | null) => shops.attention(shop, because),
    metrics,
    log,
    now,
  };
  return new Reconciler(tools, config.RECONCILE_EVERY_MINUTES);
}

function completenessRunnerOf(
  { log, metrics, now, collections }: AppResources,
  api: AdminApi,
  lock: Locks,
): CompletenessRunner {
  const store = createCompletenessStore(collections, now);
  return new CompletenessRunner({ api, collections, store, lock, metrics, log, now });
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
