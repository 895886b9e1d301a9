import path from 'node:path';
import type { Express } from 'express';
import { exportOf } from './compliance/export.ts';
import { claims } from './deposit/claims.ts';
import { mailboxList } from './deposit/mailbox-list.ts';
import { mailbox } from './deposit/mailbox.ts';
import { openQueues } from './deposit/queues.ts';
import { replayer } from './deposit/replayer.ts';
import { waker } from './deposit/waker.ts';
import { mongoCheck, redisCheck } from './health/checks.ts';
import { lockKeeper } from './lock/lock-keeper.ts';
import { orderLock } from './lock/order-lock.ts';
import type { Servers } from './open-servers.ts';
import { auditLog } from './persist/audit-log.ts';
import { AuditSigner } from './persist/audit-signer.ts';
import { fence } from './persist/fence.ts';
import { reconcileBook } from './persist/reconcile-book.ts';
import { parkedStore } from './persist/parked-store.ts';
import { replayStore } from './persist/replay-store.ts';
import { requestBook } from './persist/request-book.ts';
import { TokenBook } from './persist/token-book.ts';
import { forgedOf, readBeats, workersAlive } from './system/beats.ts';
import { dedupeTtlSeconds, type Config } from './system/config.ts';
import type { Part } from './system/lifecycle.ts';
import type { Logger } from './system/log.ts';
import { createMetrics } from './system/metrics.ts';
import { allRedisKeys, inPartitionOf, redisKeys } from './system/redis-keys.ts';
import type { Route } from './watch/api/route.ts';
import { allRoutes, type ApiTools } from './watch/api/routes.ts';
import { endsBrokenOff } from './watch/steering/broken-off.ts';
import { claimReader } from './watch/steering/claim-reader.ts';
import { doctor } from './watch/doctor/doctor.ts';
import { installedVersions } from './watch/doctor/installed-versions.ts';
import { secretsIn, seeSecrets } from './watch/doctor/secrets-age.ts';
import { shownSettings } from './watch/doctor/shown-settings.ts';
import { duplicatesOf } from './watch/stories/duplicates.ts';
import { eventReader } from './watch/stories/event-reader.ts';
import { eventSearch } from './watch/stories/event-search.ts';
import { findOrders } from './watch/stories/find-orders.ts';
import { liveHandler } from './watch/status/live-stream.ts';
import { measureStatus } from './watch/status/measure-status.ts';
import { lockReader } from './watch/steering/lock-reader.ts';
import { missingEvents } from './watch/stories/missing-events.ts';
import type { LockTools } from './watch/steering/lock-release.ts';
import { orderReader } from './watch/stories/order-reader.ts';
import { queueReader } from './watch/status/queue-reader.ts';
import { Replays } from './watch/steering/replays.ts';
import { programOf, Sampler } from './watch/status/sampler.ts';
import { search } from './watch/stories/search.ts';
import { installReader } from './watch/status/install-reader.ts';
import { shopReader } from './watch/status/shop-reader.ts';
import { waitingWith } from './watch/stories/waiting-orders.ts';
import { Outages } from './watch/status/outages.ts';
import { shopStatus } from './watch/status/shop-status.ts';
import { guardOf } from './watch/sign-in/guard.ts';
import { Refusals } from './watch/sign-in/refusals.ts';
import { sessions } from './watch/sign-in/sessions.ts';
import { statusReader } from './watch/status/status-reader.ts';
import { timelineReader } from './watch/stories/timeline.ts';
import { verifier } from './watch/stories/verifier.ts';
import { dashboardApp } from './watch/web/dashboard-app.ts';
import { docsPage } from './watch/web/docs-page.ts';
import { LoadTestReports } from './watch/web/load-test-reports.ts';
import { pagesRouter } from './watch/web/pages.ts';
import { rawQueues } from './watch/web/raw-queues.ts';

/** What a dashboard is composed of. The program opens these, and so do tests. */
export interface Ground extends Servers {
  config: Config<'OPS_JWT_SECRET'>;
  log: Logger;
}

export interface Dashboard {
  app: Express;
  /** Started before the dashboard is served, in this order. */
  before: readonly Part[];
  /** Started last, so it stops first: it ends the live streams that would keep the server from stopping. */
  sampler: Part;
  queues: ReturnType<typeof openQueues>;
  routes: readonly Route[];
}

/** Composes the dashboard: the tools of the API, the pages, and the guard in front of them. */
export function composeDashboard(ground: Ground): Dashboard {
  const { config, log, redis, mongo, collections } = ground;
  const metrics = createMetrics();
  const book = new TokenBook(collections, log);
  const guard = guardOf(config.OPS_JWT_SECRET, book);
  const audit = auditLog(collections.audit, log);
  const signer = new AuditSigner(collections.audit, config.OPS_JWT_SECRET, log);
  const refusals = new Refusals(audit);
  const shared = sharedOf(ground, () => metrics.wakeFailures.inc());
  const { queues, wakes, status, sampler } = shared;
  const { parked, replays } = replaying(shared);
  const loadTests = new LoadTestReports(path.join('.lockstep', 'load-tests'));
  const routes = allRoutes({
    audit: { audit: collections.audit, signer },
    compliance: {
      requests: requestBook(collections),
      exported: (record, after) => exportOf(collections, record, after),
      now: Date.now,
    },
    ...steering(shared),
    ...telling(shared),
    doctor: examining(shared),
    live: liveHandler(sampler, guard),
    loadTests: { loadTests },
    parked: { parked, replays, now: Date.now },
    reconciles: { book: reconcileBook(collections, Date.now), shops: collections.shops, now: Date.now },
    sessions: { sessions: sessions(config.OPS_JWT_SECRET, book, audit, refusals) },
    tokens: { jwtSecret: config.OPS_JWT_SECRET, book },
    version: async () => (await installedVersions()).lockstep ?? 'unknown',
  });
  const app = dashboardApp({
    routes,
    guard,
    audit,
    refusals,
    log,
    behindSignIn: {
      '/queues/raw': rawQueues(queues, '/queues/raw'),
      '/docs': docsPage(),
      '/load-tests': loadTests.pages(),
    },
    pages: pagesRouter(),
    checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
    metrics,
    measure: async () => measureStatus(metrics, await status()),
  });
  const settled: Part = { name: 'wakes', stop: () => wakes.settle() };
  const brokenOff = endsBrokenOff({ audit: collections.audit, now: Date.now, log });
  return {
    app,
    before: [book, refusals, signer, secretsSeen(shared), settled, replays, brokenOff],
    sampler: { name: 'live streams', start: () => sampler.start(), stop: () => sampler.stop() },
    queues,
    routes,
  };
}

/** What several of the tools share. */
type Shared = ReturnType<typeof sharedOf>;

function sharedOf(ground: Ground, onWakeFailure: () => void) {
  const { config, log, redis } = ground;
  const partitions = allRedisKeys(config.PARTITIONS);
  const queues = openQueues(redis, partitions);
  const wakes = waker(queues, log, onWakeFailure);
  const beats = () => readBeats(redis, redisKeys(0));
  const workers = async () => workersAlive(await beats());
  const forged = async () => forgedOf(await beats());
  const keeper = lockKeeper(ground.lockServers, config.LOCK_TTL_MS);
  const locks = lockReader({ keeper, redis, partitions, queues, beats });
  const now = Date.now;
  const outages = new Outages(now);
  const heldLocks = () => locks.count();
  const status = statusReader({
    ...ground,
    partitions,
    queues,
    workers,
    forged,
    locks: heldLocks,
    outages,
    now,
  });
  const sampler = new Sampler({ status, beats, log, now: Date.now });
  return { ...ground, partitions, queues, wakes, beats, workers, keeper, locks, status, sampler };
}

function replaying({ config, log, redis, partitions, wakes, collections }: Shared) {
  const parked = parkedStore(collections);
  const back = replayer(redis, partitions, wakes, dedupeTtlSeconds(config));
  const runs = replayStore(collections);
  const tools = { collections, runs, parked, putBack: back.replay, now: Date.now, log };
  return { parked, replays: new Replays(tools) };
}

/** Tools that change something: dedupe keys, locks, mailboxes, queues, rebuilds. */
function steering(shared: Shared): Pick<ApiTools, 'dedupe' | 'locks' | 'mailboxes' | 'queues' | 'rebuilds'> {
  const { config, redis, partitions, queues, wakes, collections, sampler } = shared;
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
      wakeAnew: (orders) => wakes.wakeAnew(orders),
    },
    mailboxes: {
      redis,
      mailboxes,
      waker: wakes,
      partitions: partitions.length,
      isPaused: async (partition) => (await queues[partition]?.isPaused()) ?? false,
    },
    rebuilds: {
      collections,
      lock: orderLock(shared.lockServers, config.LOCK_TTL_MS, () => undefined),
      lockKey,
      now: Date.now,
    },
    queues: {
      redis,
      queues,
      read: queueReader(redis, partitions, queues, workers),
      rates: () => sampler.rates(),
    },
  };
}

/** Tools that only read: orders, events, shops, overall status. */
function telling(shared: Shared): Pick<ApiTools, 'events' | 'orders' | 'shops' | 'system' | 'verify'> {
  const { config, redis, partitions, collections, status, sampler, locks } = shared;
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
        now: Date.now,
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
        passes: reconcileBook(collections, Date.now),
        requests: requestBook(collections),
      }),
    },
    system: { status, sampler },
    verify: { verify: verifier(collections, config.JOURNAL_RETENTION_DAYS) },
  };
}

function examining(shared: Shared): ApiTools['doctor'] {
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

/** A secret's age counts from the first start with it. */
function secretsSeen({ redis, config }: Shared): Part {
  const see = () => seeSecrets(redis, redisKeys(0).secrets, secretsIn(config));
  return { name: 'age of secrets', start: () => see().catch(() => undefined), stop: () => undefined };
}
