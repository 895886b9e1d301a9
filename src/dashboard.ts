import { composeDashboard } from './compose-dashboard.ts';
import { withScripts } from './deposit/scripts.ts';
import { collectionsOf, ensureIndexes } from './persist/collections.ts';
import { indexesPart } from './persist/indexes-part.ts';
import { beats } from './system/beats.ts';
import { openMongo, openRedis } from './system/connections.ts';
import { mongoPart, redisPart } from './system/parts.ts';
import { runProgram } from './system/program.ts';
import { redisKeys } from './system/redis-keys.ts';
import { serving, tellPort } from './watch/serve.ts';

/** Shows orders, their stories and the state of everything, and lets operators steer. */
await runProgram(
  'dashboard',
  ['REDIS_URL', 'MONGODB_URI', 'OPS_JWT_SECRET'],
  async ({ config, log, lifecycle, end }) => {
    const open = (url: string) => openRedis(url, 'impatient', log, config.DEPOSIT_TIMEOUT_MS);
    const redis = withScripts(open(config.REDIS_URL));
    await lifecycle.start(redisPart({ redis, log, partitions: config.PARTITIONS }, end));
    const lockServers = (config.LOCK_REDIS_URLS ?? []).map(open);
    await lifecycle.start({
      name: 'lock servers',
      stop: () => lockServers.forEach((each) => each.disconnect()),
    });
    const mongo = openMongo(config.MONGODB_URI);
    const collections = collectionsOf(mongo);
    await lifecycle.start(mongoPart(mongo));
    await lifecycle.start(indexesPart(config.MONGODB_URI, log, ensureIndexes));

    const dashboard = composeDashboard({ config, log, redis, lockServers, mongo, collections });
    for (const part of dashboard.before) await lifecycle.start(part);
    await lifecycle.start(beats(redis, redisKeys(0), 'dashboard', () => Promise.resolve({})));
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
  },
);
