import { exportOf } from '../compliance/export.ts';
import { claims } from '../deposit/claims.ts';
import { mailboxList } from '../deposit/mailbox-list.ts';
import { mailbox } from '../deposit/mailbox.ts';
import { replayer } from '../deposit/replayer.ts';
import { lockKeeper } from '../lock/lock-keeper.ts';
import { orderLock } from '../lock/order-lock.ts';
import { fence } from '../persist/fence.ts';
import { parkedStore } from '../persist/parked-store.ts';
import { reconcileBook } from '../persist/reconcile-book.ts';
import { replayStore } from '../persist/replay-store.ts';
import { requestBook } from '../persist/request-book.ts';
import { forgedOf, readBeats, workersAlive } from '../system/beats.ts';
import { dedupeTtlSeconds, type Config } from '../system/config.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import type { ApiTools } from '../watch/api/routes.ts';
import { doctor } from '../watch/doctor/doctor.ts';
import { secretsIn } from '../watch/doctor/secrets-age.ts';
import { shownSettings } from '../watch/doctor/shown-settings.ts';
import { installReader } from '../watch/status/install-reader.ts';
import { Outages } from '../watch/status/outages.ts';
import { queueReader } from '../watch/status/queue-reader.ts';
import { programOf, Sampler } from '../watch/status/sampler.ts';
import { shopReader } from '../watch/status/shop-reader.ts';
import { shopStatus } from '../watch/status/shop-status.ts';
import { statusReader } from '../watch/status/status-reader.ts';
import { claimReader } from '../watch/steering/claim-reader.ts';
import { lockReader } from '../watch/steering/lock-reader.ts';
import type { LockTools } from '../watch/steering/lock-release.ts';
import type { ReplayTools } from '../watch/steering/replay-run.ts';
import { duplicatesOf } from '../watch/stories/duplicates.ts';
import { eventReader } from '../watch/stories/event-reader.ts';
import { eventSearch } from '../watch/stories/event-search.ts';
import { findOrders } from '../watch/stories/find-orders.ts';
import { missingEvents } from '../watch/stories/missing-events.ts';
import { orderReader } from '../watch/stories/order-reader.ts';
import { search } from '../watch/stories/search.ts';
import { timelineReader } from '../watch/stories/timeline.ts';
import { verifier } from '../watch/stories/verifier.ts';
import { waitingWith } from '../watch/stories/waiting-orders.ts';
import { wakesOver } from './deposits.ts';
import type { Resources } from './resources.ts';

/** What the dashboard is composed of. */
export type DashboardResources = Resources<Config<'OPS_JWT_SECRET'>>;

/** What several of the tools share. */
type Shared = ReturnType<typeof sharedOf>;

export function sharedOf(resources: DashboardResources) {
  const { config, log, now, redis, partitions } = resources;
  const { queues, waker } = wakesOver(redis, resources);
  const beats = () => readBeats(redis, redisKeys(0));
  const workers = async () => workersAlive(await beats());
  const forged = async () => forgedOf(await beats());
  const keeper = lockKeeper(resources.lockServers, config.LOCK_TTL_MS);
  const locks = lockReader({ keeper, redis, partitions, queues, beats });
  const outages = new Outages(now);
  const heldLocks = () => locks.count();
  const status = statusReader({ ...resources, queues, workers, forged, locks: heldLocks, outages });
  const sampler = new Sampler({ status, beats, log, now });
  return { ...resources, queues, waker, beats, workers, keeper, locks, status, sampler };
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
  const parked = parkedStore(collections);
  const back = replayer(redis, partitions, waker, dedupeTtlSeconds(config));
  return { collections, runs: replayStore(collections), parked, putBack: back.replay, now, log };
}

/** Tools that change what Redis holds, and rebuilds. */
export function changingTools(
  shared: Shared,
): Pick<ApiTools, 'dedupe' | 'locks' | 'mailboxes' | 'queues' | 'rebuilds'> {
  const { config, now, redis, partitions, queues, waker, collections, sampler } = shared;
  const { keeper, locks, workers } = shared;
  const mailboxes = mailboxList(redis, partitions);
  const known = claims(redis, partitions);
  const lockKey: LockTools['lockKey'] = (order) => inPartitionOf(order, partitions).lock(order);
  return {
    dedupe: {
      redis,
      maxBodyBytes: config.MAX_BODY_BYTES,
      claims: known,
      reader: claimReader({ claims: known, mailboxes, collections, partitions: partitions.length }),
    },
    locks: {
      reader: locks,
      keeper,
      lockKey,
      fence: (order) => fence(collections, order),
      wakeAnew: (orders) => waker.wakeAnew(orders),
    },
    mailboxes: {
      redis,
      mailboxes,
      waker,
      partitions: partitions.length,
      isPaused: async (partition) => (await queues[partition]?.isPaused()) ?? false,
    },
    rebuilds: {
      collections,
      lock: orderLock(shared.lockServers, config.LOCK_TTL_MS, () => undefined),
      lockKey,
      now,
    },
    queues: {
      redis,
      queues,
      read: queueReader(redis, partitions, queues, workers),
      rates: () => sampler.rates(),
    },
  };
}

/** Tools for requests to other programs: privacy requests and reconciliation. */
export function requestTools({ collections, now }: Shared): Pick<ApiTools, 'compliance' | 'reconciles'> {
  return {
    compliance: {
      requests: requestBook(collections),
      exported: (record, after) => exportOf(collections, record, after),
      now,
    },
    reconciles: { book: reconcileBook(collections, now), shops: collections.shops, now },
  };
}

/** Tools that only read: orders, events, shops, overall status. */
export function readingTools(
  shared: Shared,
): Pick<ApiTools, 'events' | 'orders' | 'shops' | 'system' | 'verify'> {
  const { config, now, redis, partitions, collections, status, sampler, locks } = shared;
  const byText = findOrders(collections);
  const missing = missingEvents({ collections, redis, partitions });
  const duplicates = duplicatesOf(redis, partitions);
  return {
    events: { search: eventSearch(collections, byText), event: eventReader(collections), duplicates },
    orders: {
      orders: orderReader(collections, missing),
      timeline: timelineReader({
        collections,
        redis,
        mailbox: mailbox(redis, partitions),
        missing,
        duplicates,
        lockOf: (order) => locks.one(order),
        now,
      }),
      search: search({
        collections,
        findOrders: byText,
        missing,
        waitingWith: (orderId) => waitingWith(redis, partitions, orderId),
      }),
    },
    shops: {
      redis,
      shops: shopStatus({
        traffic: shopReader(redis, partitions),
        installs: installReader(collections),
        passes: reconcileBook(collections, now),
        requests: requestBook(collections),
      }),
    },
    system: { status, sampler },
    verify: { verify: verifier(collections, config.JOURNAL_RETENTION_DAYS) },
  };
}

export function doctorTools(shared: Shared): ApiTools['doctor'] {
  const { config, redis, mongo, collections, queues, beats } = shared;
  return {
    doctor: doctor({
      redis,
      mongo,
      collections,
      queues,
      retentionDays: config.JOURNAL_RETENTION_DAYS,
      secrets: secretsIn(config),
      secretsKey: redisKeys(0).secrets,
      programs: async () => (await beats()).map(programOf),
    }),
    config: shownSettings(config),
  };
}
