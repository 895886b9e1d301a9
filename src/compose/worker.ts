import { Sweeper } from '../deposit/sweeper.ts';
import type { Unspooler } from '../deposit/unspooler.ts';
import { activeOrders } from '../deposit/queues.ts';
import { drainOrders } from '../drain/drain-order.ts';
import { DrainPauser } from '../drain/drain-pauser.ts';
import { sequencing } from '../drain/sequencing.ts';
import { drainsComponent, openWorkers } from '../drain/drain-workers.ts';
import { takeover } from '../drain/takeover.ts';
import { problemOf } from '../health/admin-routes.ts';
import { drainsCheck, lockServersCheck, mongoCheck, redisCheck } from '../health/checks.ts';
import { workerFigures } from '../health/figures.ts';
import { measureKept, measureWaiting } from '../health/waiting.ts';
import { createLockKeeper } from '../lock/lock-keeper.ts';
import { createLocks } from '../lock/locks.ts';
import { createBlockStore } from '../persist/block-store.ts';
import { createSequencer } from '../persist/sequencer.ts';
import { isMongoAway } from '../persist/is-mongo-away.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Component } from '../system/lifecycle.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { adminServed, type Composition } from './composition.ts';
import { depositorOver, wakesOver } from './deposits.ts';
import { drainToolsOf, receiptKeeperOf, unspoolerOf } from './drains.ts';
import type { Resources } from './resources.ts';

/** Active jobs of each partition that a takeover looks at: those of five workers. */
const MOST_ACTIVE = 1000;

/** Composes a worker: the drains, and what brings their events and wake-ups. */
export function composeWorker(resources: Resources): Composition {
  const { config, log, metrics, redis, partitions, lockServers, mongo, collections } = resources;
  const { queues, waker } = wakesOver(redis, resources);
  const tools = drainToolsOf(resources, waker);
  const deposits = depositorOver(resources, waker, { onReused: () => metrics.webhookIdsReused.inc() });
  const unspooler = unspoolerOf(resources, tools.lock, deposits);
  const pauser = pauserOf(resources, unspooler);
  const onFailure = (error: unknown) => {
    if (isMongoAway(error)) pauser.hold('MongoDB is down');
  };
  const workers = openWorkers(
    redis,
    partitions,
    config.WORKER_CONCURRENCY,
    (orders, id) => drainOrders(orders, tools, id),
    { waker, metrics, log, onFailure },
  );
  pauser.over(workers);
  const sweeper = new Sweeper(redis, partitions, waker, log, (orders) => metrics.swept.inc(orders));
  const takingOver = takeover({
    redis,
    activeOrders: () => activeOrders(queues, MOST_ACTIVE),
    keeper: createLockKeeper(lockServers, config.LOCK_TTL_MS),
    lockKey: tools.lockKey,
    waker,
    log,
  });
  const admin = {
    checks: [
      redisCheck(redis),
      mongoCheck(mongo.getClient()),
      lockServersCheck(lockServers),
      drainsCheck(workers, queues),
    ],
    stopping: resources.stopping,
    metrics,
    measure: async () => {
      await measureWaiting(metrics, redis, partitions, queues);
      await measureKept(metrics, collections);
    },
  };
  return {
    http: adminServed(config.ADMIN_PORT ?? 0, admin),
    components: {
      before: [createHeartbeats(redis, redisKeys(0), 'worker', workerFigures(metrics))],
      after: [
        sweeper.component,
        takingOver,
        unspooler.component,
        receiptKeeperOf(resources, tools.lock, deposits),
        feedOf(resources),
        drainsComponent(workers, waker, log),
        pausing(redis, pauser),
      ],
    },
  };
}

function pausing(redis: Resources['redis'], pauser: DrainPauser): Component {
  return {
    name: 'pauser',
    start: () => void redis.on('ready', () => pauser.hold('Redis was down: events in the spool come first')),
    stop: () => pauser.stop(),
  };
}

function feedOf({ config, lockServers, collections, metrics, log, now }: Resources): Component {
  const locks = createLocks(lockServers, config.LOCK_TTL_MS, () => undefined);
  return sequencing({
    sequencer: createSequencer(createBlockStore(collections), now),
    lock: () => locks.acquire(redisKeys(0).feedLock, 'changes'),
    log,
    onMoved: (commits) => {
      for (const { record } of commits)
        metrics.changesSeconds.observe(Math.max(0, now() - record.committedAt) / 1000);
    },
    now,
  });
}

function pauserOf({ log, metrics, mongo }: Resources, unspooler: Unspooler): DrainPauser {
  return new DrainPauser({
    ready: async () => {
      const problem = await problemOf(mongoCheck(mongo.getClient()));
      if (problem) throw new Error(problem);
      await unspooler.moveFirst();
    },
    log,
    onChange: (paused) => metrics.drainsPaused.set(paused ? 1 : 0),
  });
}
