import type { Connection } from 'mongoose';
import { requestBook } from './persist/request-book.ts';
import { depositor } from './deposit/depositor.ts';
import { mailbox } from './deposit/mailbox.ts';
import { openQueues } from './deposit/queues.ts';
import { RoomMaker } from './deposit/room-maker.ts';
import type { ScriptedRedis } from './deposit/scripts.ts';
import { Sweeper } from './deposit/sweeper.ts';
import { Unspooler } from './deposit/unspooler.ts';
import { waker, type Waker } from './deposit/waker.ts';
import { drainOrder } from './drain/drain-order.ts';
import { DrainPauser } from './drain/drain-pauser.ts';
import type { DrainTools, ShopEvents } from './drain/drain-tools.ts';
import { drainWatch } from './drain/drain-watch.ts';
import { drainsPart, openWorkers } from './drain/drain-workers.ts';
import { adminApp, problemOf } from './health/admin-routes.ts';
import { mongoCheck, redisCheck } from './health/checks.ts';
import { workerFigures } from './health/figures.ts';
import { serving, tellPort } from './health/serve.ts';
import { measureKept, measureWaiting } from './health/waiting.ts';
import { orderLock, type OrderLock } from './lock/order-lock.ts';
import { openServers } from './open-servers.ts';
import { auditedOnce } from './persist/audited-once.ts';
import { auditLog } from './persist/audit-log.ts';
import { isMongoAway } from './persist/away.ts';
import { prepareCollections, type Collections } from './persist/collections.ts';
import { journal } from './persist/journal.ts';
import { orderStore } from './persist/order-store.ts';
import { redactions } from './persist/redactions.ts';
import { spool } from './persist/spool.ts';
import { shopBook } from './persist/shop-book.ts';
import { shopEvents } from './shop/shop-events.ts';
import { beats } from './system/beats.ts';
import { dedupeTtlSeconds, type Config } from './system/config.ts';
import type { Logger } from './system/log.ts';
import { createMetrics, type Metrics } from './system/metrics.ts';
import { runProgram } from './system/program.ts';
import { allRedisKeys, inPartitionOf, redisKeys, type RedisKeys } from './system/redis-keys.ts';

/** redlock waits for all of its servers: one that hangs must not delay every lock for longer than this. */
const LOCK_SERVER_MS = 500;

/** Applies events to orders. Any number may run. */
await runProgram('worker', ['REDIS_URL', 'MONGODB_URI'], async (surroundings) => {
  const { config, log, lifecycle } = surroundings;
  const { redis, lockServers, mongo, collections } = await openServers(surroundings, {
    temper: 'patient',
    lockServerMs: LOCK_SERVER_MS,
    prepare: (kept) => prepareCollections(kept, config.JOURNAL_RETENTION_DAYS),
  });

  const metrics = createMetrics();
  await lifecycle.start(beats(redis, redisKeys(0), 'worker', workerFigures(metrics)));
  const partitions = allRedisKeys(config.PARTITIONS);
  const queues = openQueues(redis, partitions);
  const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
  const onLost = () => metrics.locksLost.inc();
  const lock = orderLock(lockServers, config.LOCK_TTL_MS, onLost);
  const ground = { config, log, metrics, redis, partitions, lock, mongo, collections, wakes };
  const unspooler = openUnspooler(ground);
  const pauser = openPauser(ground, unspooler);
  const tools = drainTools(ground);
  const workers = openWorkers(
    redis,
    partitions,
    config.WORKER_CONCURRENCY,
    (job, id) => drainOrder(job.order, tools, id),
    {
      waker: wakes,
      metrics,
      log,
      onFailure: (error) => {
        if (isMongoAway(error)) pauser.hold('MongoDB is down');
      },
    },
  );
  pauser.over(workers);
  const sweeper = new Sweeper(redis, partitions, wakes, log, (orders) => metrics.swept.inc(orders));

  const admin = adminApp({
    checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
    metrics,
    measure: () => measureAll(ground, queues),
  });
  const told = tellPort(log, 'health and metrics');
  await lifecycle.start(serving('admin', admin, config.ADMIN_PORT ?? 0, told, config.BIND));
  await lifecycle.start(sweeper.part);
  await lifecycle.start(unspooler.part);
  await lifecycle.start(drainsPart(workers, wakes, log));
  redis.on('ready', () => pauser.hold('Redis was down: events in the spool come first'));
  await lifecycle.start({ name: 'pauser', stop: () => pauser.stop() });
});

/** What the parts share. */
interface Ground {
  config: Config;
  log: Logger;
  metrics: Metrics;
  redis: ScriptedRedis;
  partitions: readonly RedisKeys[];
  lock: OrderLock;
  mongo: Connection;
  collections: Collections;
  wakes: Waker;
}

async function measureAll(
  { metrics, redis, partitions, collections }: Ground,
  queues: ReturnType<typeof openQueues>,
): Promise<void> {
  await measureWaiting(metrics, redis, partitions, queues);
  await measureKept(metrics, collections);
}

function drainTools({
  config,
  log,
  metrics,
  redis,
  partitions,
  lock,
  mongo,
  collections,
}: Ground): DrainTools {
  const client = mongo.getClient();
  return {
    lock,
    lockKey: (order) => inPartitionOf(order, partitions).lock(order),
    mailbox: mailbox(redis, partitions),
    orders: orderStore(client, collections, (size, ms) => {
      metrics.commitOrders.observe(size);
      metrics.commitSeconds.observe(ms / 1000);
    }),
    journal: journal(client, collections),
    redactions: redactions(collections),
    shopEvents: openShopEvents(log, collections),
    watch: drainWatch(metrics, log, Date.now),
    holdForCreateMs: config.HOLD_FOR_CREATE_MS,
    now: Date.now,
  };
}

function openShopEvents(log: Logger, collections: Collections): ShopEvents {
  const audit = auditLog(collections.audit, log);
  return shopEvents({
    shops: shopBook(collections),
    requests: requestBook(collections),
    audited: auditedOnce(collections.audit, audit),
  });
}

function openUnspooler({ config, log, metrics, redis, partitions, lock, mongo, wakes }: Ground): Unspooler {
  const ttlSeconds = dedupeTtlSeconds(config);
  const room = new RoomMaker(redis, partitions, ttlSeconds, log, (claims) =>
    metrics.claimsDropped.inc(claims),
  );
  return new Unspooler({
    spool: spool(mongo.getClient(), mongo.name),
    depositor: depositor(redis, partitions, wakes, ttlSeconds, () => metrics.webhookIdsReused.inc()),
    makeRoom: () => room.make(),
    lock: () => lock.acquire(redisKeys(0).spoolLock, 'spool'),
    log,
    onMoved: (events) => metrics.unspooledTotal.inc(events),
  });
}

function openPauser({ log, metrics, mongo }: Ground, unspooler: Unspooler): DrainPauser {
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
