import { exportOf } from '../compliance/export.ts';
import { createClaims } from '../deposit/claims.ts';
import { createMailboxList } from '../deposit/mailbox-list.ts';
import { createMailbox } from '../deposit/mailbox.ts';
import { activeOrders } from '../deposit/queues.ts';
import { createReplayer } from '../deposit/replayer.ts';
import { createLockKeeper } from '../lock/lock-keeper.ts';
import { createLocks } from '../lock/locks.ts';
import { createBodyKeeper } from '../persist/body-keeper.ts';
import { createDestinationStore } from '../persist/destination-store.ts';
import { createEffectFigures } from '../persist/effect-figures.ts';
import { fence } from '../persist/fence.ts';
import { createParkedStore } from '../persist/parked-store.ts';
import { createCompletenessStore } from '../persist/completeness-store.ts';
import { createReconcileStore } from '../persist/reconcile-store.ts';
import { createReplayStore } from '../persist/replay-store.ts';
import { createRequestStore } from '../persist/request-store.ts';
import { forgedOf, readHeartbeats, workersAlive } from '../system/heartbeats.ts';
import { dedupeTtlSeconds, type Config } from '../system/config.ts';
import { createStatementSigner } from '../system/signed-statement.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import type { ApiTools } from '../operate/api/routes.ts';
import { createDoctor } from '../operate/doctor/doctor.ts';
import { lockstepVersion } from '../operate/doctor/installed-versions.ts';
import { secretsIn } from '../operate/doctor/secrets-age.ts';
import { shownSettings } from '../operate/doctor/shown-settings.ts';
import { salesReports } from '../operate/reports/sales-report.ts';
import { createEffectReader } from '../operate/status/effect-reader.ts';
import { createInstallReader } from '../operate/status/install-reader.ts';
import { Outages } from '../operate/status/outages.ts';
import { createQueueReader } from '../operate/status/queue-reader.ts';
import { programOf, Sampler } from '../operate/status/sampler.ts';
import { createShopReader } from '../operate/status/shop-reader.ts';
import { shopStatus } from '../operate/status/shop-status.ts';
import { createStatusReader } from '../operate/status/status-reader.ts';
import { createClaimReader } from '../operate/steering/claim-reader.ts';
import { createLockReader } from '../operate/steering/lock-reader.ts';
import type { LockTools } from '../operate/steering/lock-release.ts';
import type { ReplayTools } from '../operate/steering/replay-run.ts';
import { createChangeReader } from '../operate/stories/change-reader.ts';
import { ChangeWaits } from '../operate/stories/change-waits.ts';
import { duplicatesOf } from '../operate/stories/duplicates.ts';
import { createEventReader } from '../operate/stories/event-reader.ts';
import { createEventSearch } from '../operate/stories/event-search.ts';
import { findOrders } from '../operate/stories/find-orders.ts';
import { missingEvents } from '../operate/stories/missing-events.ts';
import { createOrderReader } from '../operate/stories/order-reader.ts';
import { search } from '../operate/stories/search.ts';
import { createTimelineReader } from '../operate/stories/timeline.ts';
import { createVerifier } from '../operate/stories/verifier.ts';
import { waitingWith } from '../operate/stories/waiting-orders.ts';
import { wakesOver } from './deposits.ts';
import type { Resources } from './resources.ts';

/** What the dashboard is composed of. */
export type DashboardResources = Resources<Config<'OPS_JWT_SECRET'>>;

/** What several of the tools share. */
export type Shared = ReturnType<typeof sharedOf>;

export function sharedOf(resources: DashboardResources) {
  const { config, log, now, redis, partitions } = resources;
  const { queues, waker } = wakesOver(redis, resources);
  const heartbeats = () => readHeartbeats(redis, redisKeys(0));
  const workers = async () => workersAlive(await heartbeats());
  const forged = async () => forgedOf(await heartbeats());
  const keeper = createLockKeeper(resources.lockServers, config.LOCK_TTL_MS);
  const locks = createLockReader({
    keeper,
    redis,
    partitions,
    activeOrders: (most) => activeOrders(queues, most),
    heartbeats,
  });
  const outages = new Outages(now);
  const heldLocks = () => locks.count();
  const effects = createEffectReader({
    ...resources,
    destinations: createDestinationStore(resources.collections, now),
    figures: createEffectFigures(resources.collections),
    heartbeats,
  });
  const status = createStatusReader({
    ...resources,
    queues,
    workers,
    forged,
    locks: heldLocks,
    effects,
    outages,
  });
  const sampler = new Sampler({ status, heartbeats, log, now });
  return { ...resources, queues, waker, heartbeats, workers, keeper, locks, status, sampler };
}

/** Parked events and their replay. */
export function replayToolsOf({
  config,
  log,
  now,
  redis,
  partitions,
  waker,
  collections,
}: Shared): ReplayTools {
  const parked = createParkedStore(collections);
  const back = createReplayer(redis, partitions, waker, dedupeTtlSeconds(config));
  return { collections, runs: createReplayStore(collections), parked, putBack: back.replay, now, log };
}

/** Tools that change what Redis holds, and rebuilds. */
export function changingTools(
  shared: Shared,
): Pick<ApiTools, 'dedupe' | 'locks' | 'mailboxes' | 'queues' | 'rebuilds'> {
  const { config, now, redis, partitions, queues, waker, collections, sampler } = shared;
  const { keeper, locks, workers } = shared;
  const mailboxes = createMailboxList(redis, partitions);
  const known = createClaims(redis, partitions);
  const lockKey: LockTools['lockKey'] = (order) => inPartitionOf(order, partitions).lock(order);
  return {
    dedupe: {
      redis,
      maxBodyBytes: config.MAX_BODY_BYTES,
      claims: known,
      reader: createClaimReader({ claims: known, mailboxes, collections, partitions: partitions.length }),
    },
    locks: {
      reader: locks,
      keeper,
      lockKey,
      fence: (order) => fence(collections, order),
      wakeAgain: (orders) => waker.wakeAgain(orders),
    },
    mailboxes: {
      redis,
      mailboxes,
      waker,
      partitions: partitions.length,
      isPaused: async (partition) => (await queues[partition]?.isPaused()) ?? false,
    },
    rebuilds: {
      keepBody: createBodyKeeper(config.ORDER_BODY),
      setting: config.ORDER_BODY,
      collections,
      lock: createLocks(shared.lockServers, config.LOCK_TTL_MS, () => undefined),
      lockKey,
      now,
    },
    queues: {
      redis,
      queues,
      read: createQueueReader(redis, partitions, queues, workers),
      rates: () => sampler.rates(),
    },
  };
}

/** Tools for requests to other programs: privacy requests, reconciliation, completeness checks. */
export function requestTools({
  collections,
  config,
  now,
}: Shared): Pick<ApiTools, 'completeness' | 'compliance' | 'reconciles'> {
  return {
    completeness: {
      store: createCompletenessStore(collections, now),
      shops: collections.shops,
      signer: createStatementSigner(config.OPS_JWT_SECRET),
      now,
      version: lockstepVersion,
    },
    compliance: {
      requests: createRequestStore(collections),
      exported: (record, after) => exportOf(collections, record, after),
      now,
    },
    reconciles: { store: createReconcileStore(collections, now), shops: collections.shops, now },
  };
}

/** Tools that only read: orders, events, shops, overall status. */
export function readingTools(
  shared: Shared,
): Pick<ApiTools, 'events' | 'exports' | 'orders' | 'reports' | 'search' | 'shops' | 'system' | 'verify'> {
  const { config, now, redis, partitions, collections, status, sampler, locks, stopping } = shared;
  const byText = findOrders(collections);
  const missing = missingEvents({ collections, redis, partitions });
  const duplicates = duplicatesOf(redis, partitions);
  const orders = createOrderReader(collections, missing);
  return {
    events: {
      search: createEventSearch(collections, byText),
      event: createEventReader(collections),
      duplicates,
    },
    exports: { orders, events: collections.events, duplicates, now, stopping },
    orders: {
      orders,
      timeline: createTimelineReader({
        collections,
        redis,
        mailbox: createMailbox(redis, partitions),
        missing,
        duplicates,
        lockOf: (order) => locks.one(order),
        now,
      }),
    },
    reports: { sales: salesReports(collections, now) },
    search: search({
      collections,
      findOrders: byText,
      missing,
      waitingWith: (orderId) => waitingWith(redis, partitions, orderId),
    }),
    shops: {
      redis,
      shops: shopStatus({
        traffic: createShopReader(redis, partitions),
        installs: createInstallReader(collections),
        passes: createReconcileStore(collections, now),
        requests: createRequestStore(collections),
      }),
    },
    system: { status, sampler },
    verify: {
      verify: createVerifier(collections, config.JOURNAL_RETENTION_DAYS, createBodyKeeper(config.ORDER_BODY)),
    },
  };
}

/** The change feed. */
export function changeTools({ collections }: Shared): ApiTools['changes'] {
  const reader = createChangeReader(collections);
  return { reader, waits: new ChangeWaits(reader) };
}

export function doctorTools(shared: Shared): ApiTools['doctor'] {
  const { config, redis, lockServers, mongo, collections, queues, heartbeats } = shared;
  return {
    doctor: createDoctor({
      redis,
      lockServers,
      mongo,
      collections,
      queues,
      retentionDays: config.JOURNAL_RETENTION_DAYS,
      secrets: secretsIn(config),
      secretsKey: redisKeys(0).secrets,
      programs: async () => (await heartbeats()).map(programOf),
    }),
    config: shownSettings(config),
  };
}
