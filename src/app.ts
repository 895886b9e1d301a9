import { composeApp } from './compose-app.ts';
import { openQueues } from './deposit/queues.ts';
import { waker } from './deposit/waker.ts';
import { adminApp } from './health/admin-routes.ts';
import { mongoCheck, redisCheck } from './health/checks.ts';
import { serving, tellPort } from './health/serve.ts';
import { orderLock } from './lock/order-lock.ts';
import { openServers } from './open-servers.ts';
import { APP_SETTINGS } from './shop/shopify.ts';
import { beats } from './system/beats.ts';
import { openRedis } from './system/connections.ts';
import { createMetrics } from './system/metrics.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys, redisKeys } from './system/redis-keys.ts';

/** The merchant's side: installs, the page in the admin, reconciliation, redactions. Any number may run. */
await runProgram('app', ['REDIS_URL', 'MONGODB_URI', ...APP_SETTINGS], async (surroundings) => {
  const { config, log, lifecycle } = surroundings;
  const opening = { temper: 'impatient', lockServerMs: config.DEPOSIT_TIMEOUT_MS } as const;
  const { redis, lockServers, mongo, collections } = await openServers(surroundings, opening);

  const metrics = createMetrics();
  // A separate connection that waits for Redis: BullMQ's Queue stays unusable if its first try fails.
  const queueRedis = openRedis(config.REDIS_URL, 'patient', log);
  await lifecycle.start({ name: 'queue', stop: () => queueRedis.disconnect() });
  const queues = openQueues(queueRedis, allRedisKeys(config.PARTITIONS));
  const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
  await lifecycle.start({ name: 'wake-ups', stop: wakes.settle });
  const lock = orderLock(lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc());
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
});
