import { budgetFor, bytesInFlight } from './accept/bytes-in-flight.ts';
import { ingestApp, ingestFallback } from './accept/ingest-app.ts';
import { shopGate } from './accept/shop-gate.ts';
import { unreadableLimit } from './accept/unreadable-limit.ts';
import { depositor, type Depositor } from './deposit/depositor.ts';
import { fingerprintsOf } from './deposit/fingerprints.ts';
import { lastWebhooks, type LastWebhooks } from './deposit/last-webhooks.ts';
import { withScripts } from './deposit/scripts.ts';
import { spoolingDepositor, type SpoolWatch } from './deposit/spooling-depositor.ts';
import { adminApp, adminRoutes } from './health/admin-routes.ts';
import { anyOf, mongoCheck, redisCheck } from './health/checks.ts';
import { ingestFigures } from './health/figures.ts';
import { serving, tellPort } from './health/serve.ts';
import { measureWaiting } from './health/waiting.ts';
import { openWakes } from './open-wakes.ts';
import { appPresence } from './persist/app-presence.ts';
import { partsOf } from './order/identity.ts';
import type { EventId } from './order/identity.ts';
import { knownShops } from './persist/known-shops.ts';
import { spool } from './persist/spool.ts';
import { beats } from './system/beats.ts';
import { openRedis, openSpoolClient } from './system/connections.ts';
import { dedupeTtlSeconds, type Config } from './system/config.ts';
import type { Logger } from './system/log.ts';
import { createMetrics, type Metrics } from './system/metrics.ts';
import { redisPartIfThere } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys, redisKeys } from './system/redis-keys.ts';

/** Accepts webhooks. Starts and runs as long as Redis or MongoDB is reachable. Any number may run. */
await runProgram('ingest', ['REDIS_URL', 'MONGODB_URI', 'SHOPIFY_API_SECRET'], async (surroundings) => {
  const { config, log, lifecycle } = surroundings;
  const metrics = createMetrics();
  const partitions = allRedisKeys(config.PARTITIONS);

  const redis = withScripts(openRedis(config.REDIS_URL, 'impatient', log, config.DEPOSIT_TIMEOUT_MS));
  const redisThere = redisPartIfThere({ redis, log, partitions: config.PARTITIONS });
  await lifecycle.start(redisThere);
  await lifecycle.start(beats(redis, redisKeys(0), 'ingest', ingestFigures(metrics)));
  const { client, database } = openSpoolClient(config.MONGODB_URI);
  // Connects before it is needed. If MongoDB is down, the first use tries again.
  void client.connect().catch(() => undefined);
  await lifecycle.start({ name: 'spool', stop: () => client.close() });
  const app = appPresence(client, database, config.APP_URL !== undefined);
  await lifecycle.start(app);

  const { queues, wakes } = await openWakes(surroundings, metrics);

  const heard = lastWebhooks(redis, redisKeys(0).lastWebhooks);
  await lifecycle.start(heard);
  const onReused = reusedWatch(metrics, log);
  const ttlSeconds = dedupeTtlSeconds(config);
  const inRedis = depositor(redis, partitions, wakes, ttlSeconds, onReused);
  const watch = spoolWatch(redisThere.isFit, metrics, log);
  const deposits = spoolingDepositor(inRedis, spool(client, database), config.DEPOSIT_TIMEOUT_MS, watch);
  const accepting = {
    secrets: secretsOf(config),
    fingerprintsOf,
    depositor: timed(hearing(deposits, heard), metrics),
    takes: shopGate(config.UNKNOWN_SHOPS, app.isThere, knownShops(client, database)),
    ...limitsOf(config.MAX_BODY_BYTES, metrics),
    now: Date.now,
    metrics,
    log,
  };
  const admin = {
    checks: [anyOf('storage', [redisCheck(redis), mongoCheck(client)])],
    metrics,
    measure: () => measureWaiting(metrics, redis, partitions, queues),
  };
  const routes = ingestApp(accepting);
  if (config.ADMIN_PORT === undefined) adminRoutes(routes, admin);
  ingestFallback(routes, accepting);
  const health = tellPort(log, 'health and metrics');
  if (config.ADMIN_PORT !== undefined)
    await lifecycle.start(serving('admin', adminApp(admin), config.ADMIN_PORT, health, config.BIND));
  await lifecycle.start(
    serving('webhooks', routes, config.PORT, tellPort(log, 'taking webhooks'), config.BIND),
  );
});

function reusedWatch(metrics: Metrics, log: Logger) {
  return (event: EventId) => {
    metrics.webhookIdsReused.inc();
    log.warn({ event }, 'webhook id reused with a different body: accepted as a separate event');
  };
}

function spoolWatch(isFit: () => boolean, metrics: Metrics, log: Logger): SpoolWatch {
  return {
    isFit,
    spooled: (reason) => {
      metrics.spooledTotal.inc();
      log.debug({ reason }, 'event put into the spool');
    },
  };
}

function limitsOf(maxBodyBytes: number, metrics: Metrics) {
  return {
    maxBodyBytes,
    inFlight: bytesInFlight(budgetFor(maxBodyBytes), (bytes) => metrics.bodyBytes.set(bytes)),
    unreadable: unreadableLimit(Date.now, () => metrics.notKept.inc()),
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
