import { mailbox } from './deposit/mailbox.ts';
import { openQueues } from './deposit/queues.ts';
import { withScripts } from './deposit/scripts.ts';
import { collectionsOf } from './persist/collections.ts';
import { openMongo, openRedis } from './system/connections.ts';
import { createMetrics } from './system/metrics.ts';
import { mongoPart, redisPart } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys } from './system/redis-keys.ts';
import { mongoCheck, redisCheck } from './watch/checks.ts';
import { dashboardApp } from './watch/dashboard-app.ts';
import { orderReader } from './watch/order-reader.ts';
import { serving } from './watch/serve.ts';
import { statusReader } from './watch/status-reader.ts';
import { verifier } from './watch/verifier.ts';
import { measureWaiting } from './watch/waiting.ts';

/** Shows orders, their stories and the state of everything. Reads only. */
await runProgram(
  'dashboard',
  ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'],
  async ({ config, log, lifecycle }) => {
    const metrics = createMetrics();
    const partitions = allRedisKeys(config.PARTITIONS);

    const redis = withScripts(openRedis(config.REDIS_URL, 'impatient', log, config.DEPOSIT_TIMEOUT_MS));
    await lifecycle.start(redisPart(redis, log));
    const mongo = openMongo(config.MONGODB_URI);
    await lifecycle.start(mongoPart(mongo));

    const collections = collectionsOf(mongo);
    const queues = openQueues(redis, partitions);
    const app = dashboardApp({
      jwtSecret: config.OPS_JWT_SECRET,
      orders: orderReader(collections, redis, partitions, mailbox(redis, partitions)),
      status: statusReader(redis, mongo, collections, partitions, queues),
      verify: verifier(collections, config.JOURNAL_RETENTION_DAYS),
      checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
      metrics,
      measure: () => measureWaiting(metrics, redis, partitions, queues),
      log,
    });
    await lifecycle.start(
      serving('dashboard', app, config.DASHBOARD_PORT, (port) => log.info({ port }, 'dashboard and API')),
    );
  },
);
