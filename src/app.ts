import { composeApp } from './compose-app.ts';
import { openQueues } from './deposit/queues.ts';
import { withScripts } from './deposit/scripts.ts';
import { waker } from './deposit/waker.ts';
import { orderLock } from './lock/order-lock.ts';
import { collectionsOf, ensureIndexes } from './persist/collections.ts';
import { indexesPart } from './persist/indexes-part.ts';
import { APP_SETTINGS } from './shop/shopify.ts';
import { beats } from './system/beats.ts';
import { openMongo, openRedis } from './system/connections.ts';
import { createMetrics } from './system/metrics.ts';
import { mongoPart, redisPart } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys, redisKeys } from './system/redis-keys.ts';
import { adminApp } from './watch/admin-routes.ts';
import { mongoCheck, redisCheck } from './watch/checks.ts';
import { serving, tellPort } from './watch/serve.ts';

/** The merchant's side: install, the page in the Shopify admin, and what Shopify asks for. Any number may run. */
await runProgram(
  'app',
  ['REDIS_URL', 'MONGODB_URI', ...APP_SETTINGS],
  async ({ config, log, lifecycle, end }) => {
    const redis = withScripts(openRedis(config.REDIS_URL, 'impatient', log, config.DEPOSIT_TIMEOUT_MS));
    await lifecycle.start(redisPart({ redis, log, partitions: config.PARTITIONS }, end));
    const lockServers = (config.LOCK_REDIS_URLS ?? []).map((url) =>
      openRedis(url, 'impatient', log, config.DEPOSIT_TIMEOUT_MS),
    );
    await lifecycle.start({
      name: 'lock servers',
      stop: () => lockServers.forEach((each) => each.disconnect()),
    });
    const mongo = openMongo(config.MONGODB_URI);
    const collections = collectionsOf(mongo);
    await lifecycle.start(mongoPart(mongo));
    await lifecycle.start(indexesPart(config.MONGODB_URI, log, ensureIndexes));

    const metrics = createMetrics();
    // A connection of its own that waits for Redis: BullMQ's Queue is of no use once its first try failed.
    const queueRedis = openRedis(config.REDIS_URL, 'patient', log);
    await lifecycle.start({ name: 'queue', stop: () => queueRedis.disconnect() });
    const queues = openQueues(queueRedis, allRedisKeys(config.PARTITIONS));
    const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
    await lifecycle.start({ name: 'wake-ups', stop: wakes.settle });
    const lock = orderLock(lockServers.length > 0 ? lockServers : [redis], config.LOCK_TTL_MS, () =>
      metrics.locksLost.inc(),
    );
    const admin = {
      checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
      metrics,
      measure: () => Promise.resolve(),
    };
    const ground = { config, log, redis, wakes, metrics, lock, collections };
    const { app, before, after } = composeApp(ground, config.ADMIN_PORT === undefined ? admin : null);
    for (const part of before) await lifecycle.start(part);
    await lifecycle.start(beats(redis, redisKeys(0), 'app', () => Promise.resolve({})));
    if (config.ADMIN_PORT !== undefined)
      await lifecycle.start(
        serving('admin', adminApp(admin), config.ADMIN_PORT, tellPort(log, 'health and metrics'), config.BIND),
      );
    await lifecycle.start(serving('app', app, config.APP_PORT, tellPort(log, 'the app'), config.BIND));
    for (const part of after) await lifecycle.start(part);
  },
);
