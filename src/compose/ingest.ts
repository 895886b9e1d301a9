import type { mongo } from 'mongoose';
import { budgetFor, createBytesInFlight } from '../accept/bytes-in-flight.ts';
import { ingestApp, type IngestTools } from '../accept/ingest-app.ts';
import { createShopGate } from '../accept/shop-gate.ts';
import { createUnreadableLimit } from '../accept/unreadable-limit.ts';
import type { Depositor } from '../deposit/depositor.ts';
import { fingerprintsOf } from '../deposit/fingerprints.ts';
import { createLastWebhooks, type LastWebhooks } from '../deposit/last-webhooks.ts';
import { withScripts } from '../deposit/scripts.ts';
import { adminRoutes } from '../health/admin-routes.ts';
import { anyOf, mongoCheck, redisCheck } from '../health/checks.ts';
import { ingestFigures } from '../health/figures.ts';
import { measureWaiting } from '../health/waiting.ts';
import { partsOf } from '../order/identity.ts';
import type { EventId } from '../order/identity.ts';
import { createAppPresence } from '../persist/app-presence.ts';
import { createKnownShops } from '../persist/known-shops.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Config } from '../system/config.ts';
import { openRedis, openSpoolClient } from '../system/connections.ts';
import { createMetrics, type Metrics } from '../system/metrics.ts';
import { isMember } from '../system/process-group.ts';
import { optionalRedisComponent } from '../system/components.ts';
import type { Surroundings } from '../system/program.ts';
import { allRedisKeys, redisKeys } from '../system/redis-keys.ts';
import { adminServed, type Composition } from './composition.ts';
import { openWakes, type OpenWakes } from './deposits.ts';
import { durableDeposits } from './durable-deposits.ts';
import type { RedisResources } from './resources.ts';

/** What ingest is composed of. Neither Redis nor MongoDB needs to be reachable. */
interface IngestResources extends RedisResources<Config<'SHOPIFY_API_SECRET'>> {
  /** False while Redis must not be used. */
  isFit: () => boolean;
  /** Where the spool is. */
  client: mongo.MongoClient;
  database: string;
  wakes: OpenWakes;
}

/** Opens Redis as a component of the program, then the spool's MongoDB, and the wake-ups. */
export async function openIngest({
  config,
  log,
  lifecycle,
}: Surroundings<'REDIS_URL' | 'MONGODB_URI' | 'SHOPIFY_API_SECRET'>): Promise<IngestResources> {
  const redis = withScripts(openRedis(config.REDIS_URL, 'impatient', log, config.DEPOSIT_TIMEOUT_MS));
  const redisThere = optionalRedisComponent({ redis, log, partitions: config.PARTITIONS });
  await lifecycle.start(redisThere);
  const { client, database } = openSpoolClient(config.MONGODB_URI);
  // Connects before it is needed. If MongoDB is down, the first use tries again.
  void client.connect().catch(() => undefined);
  const partitions = allRedisKeys(config.PARTITIONS);
  const resources = {
    config,
    log,
    metrics: createMetrics(),
    now: Date.now,
    stopping: lifecycle.stopping,
    redis,
    partitions,
  };
  return { ...resources, isFit: redisThere.isFit, client, database, wakes: openWakes(resources) };
}

/**
 * Composes ingest: its HTTP, and what it reports.
 * @param changed tools that replace the usual ones
 */
export function composeIngest(resources: IngestResources, changed: Partial<IngestTools> = {}): Composition {
  const { config, metrics, redis, partitions, client, database, wakes } = resources;
  const app = createAppPresence(client, database, config.APP_URL !== undefined);
  const heard = createLastWebhooks(redis, redisKeys(0).lastWebhooks);
  const tools = {
    secrets: secretsOf(config),
    fingerprintsOf,
    depositor: timed(hearing(depositsOf(resources), heard), metrics),
    takes: createShopGate(config.UNKNOWN_SHOPS, app.isThere, createKnownShops(client, database)),
    ...limitsOf(resources),
    now: resources.now,
    metrics,
    log: resources.log,
    ...changed,
  };
  const admin = {
    checks: [
      config.DURABILITY === 'both'
        ? mongoCheck(client)
        : anyOf('storage', [redisCheck(redis), mongoCheck(client)]),
    ],
    stopping: resources.stopping,
    metrics,
    measure: () => measureWaiting(metrics, redis, partitions, wakes.queues),
  };
  const routes = ingestApp(tools, (others) => {
    if (config.ADMIN_PORT === undefined) adminRoutes(others, admin);
  });
  return {
    http: [
      ...adminServed(config.ADMIN_PORT, admin),
      { name: 'webhooks', app: routes, port: config.PORT, about: 'receiving webhooks', isShared: isMember },
    ],
    components: {
      before: [
        createHeartbeats(redis, redisKeys(0), 'ingest', ingestFigures(metrics)),
        { name: 'spool', stop: () => client.close() },
        app,
        ...wakes.components,
        heard,
      ],
      after: [],
    },
  };
}

function depositsOf(resources: IngestResources): Depositor {
  const { log, metrics, isFit, client, database, wakes } = resources;
  const onReused = (event: EventId) => {
    metrics.webhookIdsReused.inc();
    log.warn({ event }, 'webhook id reused with a different body: accepted as a separate event');
  };
  return durableDeposits(resources, { waker: wakes.waker, client, database, isFit, onReused });
}

function limitsOf({ config: { MAX_BODY_BYTES }, metrics, now }: IngestResources) {
  return {
    maxBodyBytes: MAX_BODY_BYTES,
    inFlight: createBytesInFlight(budgetFor(MAX_BODY_BYTES), (bytes) => metrics.bodyBytes.set(bytes)),
    unreadable: createUnreadableLimit(now, () => metrics.notKept.inc()),
  };
}

/** Shopify signs with the oldest secret that is not revoked. */
function secretsOf(config: Config<'SHOPIFY_API_SECRET'>): string[] {
  const previous = config.SHOPIFY_API_SECRET_PREVIOUS;
  return [config.SHOPIFY_API_SECRET, ...(previous ? [previous] : [])];
}

/** Records when each shop's last webhook came, whatever the deposit's outcome. */
function hearing({ deposit }: Depositor, { heard }: LastWebhooks): Depositor {
  return {
    deposit: (event, ...more) => {
      heard(partsOf(event.order).shop);
      return deposit(event, ...more);
    },
  };
}

function timed({ deposit }: Depositor, metrics: Metrics): Depositor {
  return {
    deposit: async (...args) => {
      const stop = metrics.depositSeconds.startTimer();
      return await deposit(...args).finally(stop);
    },
  };
}
