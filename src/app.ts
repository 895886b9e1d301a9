import { composeApp } from './compose-app.ts';
import { adminApp } from './health/admin-routes.ts';
import { mongoCheck, redisCheck } from './health/checks.ts';
import { serving, tellPort } from './health/serve.ts';
import { orderLock } from './lock/order-lock.ts';
import { openServers } from './open-servers.ts';
import { openWakes } from './open-wakes.ts';
import { APP_SETTINGS } from './shop/shopify.ts';
import { beats } from './system/beats.ts';
import { createMetrics } from './system/metrics.ts';
import { runProgram } from './system/program.ts';
import { redisKeys } from './system/redis-keys.ts';

/** The merchant's side: installs, the page in the admin, reconciliation, redactions. Any number may run. */
await runProgram('app', ['REDIS_URL', 'MONGODB_URI', ...APP_SETTINGS], async (surroundings) => {
  const { config, log, lifecycle } = surroundings;
  const opening = { temper: 'impatient', lockServerMs: config.DEPOSIT_TIMEOUT_MS } as const;
  const { redis, lockServers, mongo, collections } = await openServers(surroundings, opening);

  const metrics = createMetrics();
  const { wakes } = await openWakes(surroundings, metrics);
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
