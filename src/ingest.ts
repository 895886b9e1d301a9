import { ingestApp, ingestFallback } from './accept/ingest-app.ts';
import { depositor } from './deposit/depositor.ts';
import { fingerprintsOf } from './deposit/fingerprints.ts';
import { openQueues } from './deposit/queues.ts';
import { withScripts } from './deposit/scripts.ts';
import { waker } from './deposit/waker.ts';
import { openRedis } from './system/connections.ts';
import { createMetrics } from './system/metrics.ts';
import { redisPart } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys } from './system/redis-keys.ts';
import { adminApp, adminRoutes } from './watch/admin-routes.ts';
import { redisCheck } from './watch/checks.ts';
import { serving } from './watch/serve.ts';
import { measureWaiting } from './watch/waiting.ts';

/** Takes webhooks. Needs Redis and nothing else. Any number may run. */
await runProgram('ingest', ['REDIS_URL', 'SHOPIFY_API_SECRET'], async ({ config, log, lifecycle }) => {
  const metrics = createMetrics();
  const partitions = allRedisKeys(config.PARTITIONS);

  const redis = withScripts(openRedis(config.REDIS_URL, 'impatient', log, config.DEPOSIT_TIMEOUT_MS));
  await lifecycle.start(redisPart(redis, log));

  const queues = openQueues(redis, partitions);
  const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
  await lifecycle.start({ name: 'wake-ups', stop: wakes.settle });

  const previous = config.SHOPIFY_API_SECRET_PREVIOUS;
  const secrets = [config.SHOPIFY_API_SECRET, ...(previous ? [previous] : [])];
  const deposits = depositor(redis, partitions, wakes, Math.round(config.DEDUPE_TTL_HOURS * 3600));
  const accepting = {
    secrets,
    fingerprintsOf,
    depositor: {
      deposit: async (...args: Parameters<typeof deposits.deposit>) => {
        const stop = metrics.depositSeconds.startTimer();
        return await deposits.deposit(...args).finally(stop);
      },
    },
    now: Date.now,
    maxBodyBytes: config.MAX_BODY_BYTES,
    metrics,
    log,
  };
  const admin = {
    checks: [redisCheck(redis)],
    metrics,
    measure: () => measureWaiting(metrics, redis, partitions, queues),
  };
  const app = ingestApp(accepting);
  if (config.ADMIN_PORT === undefined) adminRoutes(app, admin);
  ingestFallback(app, accepting);
  if (config.ADMIN_PORT !== undefined)
    await lifecycle.start(
      serving('admin', adminApp(admin), config.ADMIN_PORT, (port) =>
        log.info({ port }, 'health and metrics'),
      ),
    );
  await lifecycle.start(
    serving('webhooks', app, config.PORT, (port) => log.info({ port }, 'taking webhooks')),
  );
});
