import type { Redis } from 'ioredis';
import { mailbox } from './deposit/mailbox.ts';
import { openQueues } from './deposit/queues.ts';
import { withScripts } from './deposit/scripts.ts';
import { Sweeper } from './deposit/sweeper.ts';
import { waker } from './deposit/waker.ts';
import { drainOrder } from './drain/drain-order.ts';
import type { DrainTools } from './drain/drain-tools.ts';
import { drainWatch } from './drain/drain-watch.ts';
import { drainsPart, openWorkers } from './drain/drain-workers.ts';
import { orderLock } from './lock/order-lock.ts';
import { collectionsOf, ensureIndexes } from './persist/collections.ts';
import { journal } from './persist/journal.ts';
import { orderStore } from './persist/order-store.ts';
import { openMongo, openRedis } from './system/connections.ts';
import { createMetrics } from './system/metrics.ts';
import { mongoPart, redisPart } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys, partitionOf, redisKeys } from './system/redis-keys.ts';
import { adminApp } from './watch/admin-routes.ts';
import { mongoCheck, redisCheck } from './watch/checks.ts';
import { serving } from './watch/serve.ts';
import { measureKept, measureWaiting } from './watch/waiting.ts';

/** Applies events to orders. Any number may run. */
await runProgram('worker', ['REDIS_URL', 'MONGODB_URI'], async ({ config, log, lifecycle }) => {
  const metrics = createMetrics();
  const partitions = allRedisKeys(config.PARTITIONS);

  const redis = withScripts(openRedis(config.REDIS_URL, 'patient', log));
  await lifecycle.start(redisPart(redis, log));
  const lockServers: Redis[] = (config.LOCK_REDIS_URLS ?? []).map((url) => openRedis(url, 'impatient', log));
  await lifecycle.start({
    name: 'lock servers',
    stop: () => lockServers.forEach((each) => each.disconnect()),
  });

  const mongo = openMongo(config.MONGODB_URI);
  const collections = collectionsOf(mongo);
  await lifecycle.start(mongoPart(mongo, () => ensureIndexes(collections, config.JOURNAL_RETENTION_DAYS)));

  const queues = openQueues(redis, partitions);
  const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
  const tools: DrainTools = {
    lock: orderLock(lockServers.length > 0 ? lockServers : [redis], config.LOCK_TTL_MS, () =>
      metrics.locksLost.inc(),
    ),
    lockKey: (order) => redisKeys(partitionOf(order, partitions.length)).lock(order),
    mailbox: mailbox(redis, partitions),
    orders: orderStore(mongo.getClient(), collections, (size) => metrics.commitOrders.observe(size)),
    journal: journal(mongo.getClient(), collections),
    watch: drainWatch(metrics, log, Date.now),
    holdForCreateMs: config.HOLD_FOR_CREATE_MS,
    now: Date.now,
  };
  const drain = ({ order }: { order: Parameters<typeof drainOrder>[0] }) => drainOrder(order, tools);
  const workers = openWorkers(redis, partitions, config.WORKER_CONCURRENCY, drain, {
    waker: wakes,
    metrics,
    log,
  });
  const sweeper = new Sweeper(redis, partitions, wakes, log, (orders) => metrics.swept.inc(orders));

  const admin = adminApp({
    checks: [redisCheck(redis), mongoCheck(mongo)],
    metrics,
    measure: async () => {
      await measureWaiting(metrics, redis, partitions, queues);
      await measureKept(metrics, collections);
    },
  });
  await lifecycle.start(
    serving('admin', admin, config.ADMIN_PORT ?? 0, (port) => log.info({ port }, 'health and metrics')),
  );
  await lifecycle.start({ name: 'sweeper', start: () => sweeper.start(), stop: () => sweeper.stop() });
  await lifecycle.start(drainsPart(workers, wakes, log));
});
