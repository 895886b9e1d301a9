import { composeDashboard } from './compose-dashboard.ts';
import { serving, tellPort } from './health/serve.ts';
import { openServers } from './open-servers.ts';
import { beats } from './system/beats.ts';
import { runProgram } from './system/program.ts';
import { redisKeys } from './system/redis-keys.ts';

/** The dashboard and the API: orders, their history, the overall status, and operator actions. */
await runProgram('dashboard', ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'], async (surroundings) => {
  const { config, log, lifecycle } = surroundings;
  const opening = { temper: 'impatient', lockServerMs: config.DEPOSIT_TIMEOUT_MS } as const;
  const servers = await openServers(surroundings, opening);
  const dashboard = composeDashboard({ config, log, ...servers });
  for (const part of dashboard.before) await lifecycle.start(part);
  await lifecycle.start(beats(servers.redis, redisKeys(0), 'dashboard', () => Promise.resolve({})));
  await lifecycle.start(
    serving(
      'dashboard',
      dashboard.app,
      config.DASHBOARD_PORT,
      tellPort(log, 'dashboard and API'),
      config.BIND,
    ),
  );
  await lifecycle.start(dashboard.sampler);
});
