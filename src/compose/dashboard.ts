import path from 'node:path';
import type { ReadinessCheck } from '../health/admin-routes.ts';
import { anyOf, mongoCheck, redisCheck } from '../health/checks.ts';
import { AuditSigner } from '../persist/audit-signer.ts';
import { TokenStore } from '../persist/token-store.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Component } from '../system/lifecycle.ts';
import { redisKeys } from '../system/redis-keys.ts';
import type { Route } from '../operate/api/route.ts';
import { allRoutes } from '../operate/api/routes.ts';
import { lockstepVersion } from '../operate/doctor/installed-versions.ts';
import { secretsIn, seeSecrets } from '../operate/doctor/secrets-age.ts';
import { guardOf } from '../operate/sign-in/guard.ts';
import { Refusals } from '../operate/sign-in/refusals.ts';
import { createSessions } from '../operate/sign-in/sessions.ts';
import { liveHandler } from '../operate/status/live-stream.ts';
import { measureStatus } from '../operate/status/measure-status.ts';
import { endsBrokenOff } from '../operate/steering/broken-off.ts';
import type { ReplayTools } from '../operate/steering/replay-run.ts';
import { Replays } from '../operate/steering/replays.ts';
import type { ChangeWaits } from '../operate/stories/change-waits.ts';
import { dashboardApp } from '../operate/web/dashboard-app.ts';
import { docsPage } from '../operate/web/docs-page.ts';
import { LoadTestReports } from '../operate/web/load-test-reports.ts';
import { pagesRouter } from '../operate/web/serve-browser.ts';
import { rawQueues } from '../operate/web/raw-queues.ts';
import type { Composition } from './composition.ts';
import {
  changeTools,
  changingTools,
  doctorTools,
  readingTools,
  replayToolsOf,
  requestTools,
  sharedOf,
  type DashboardResources,
  type Shared,
} from './dashboard-tools.ts';
import type { Wakes } from './deposits.ts';
import { effectTools } from './effect-tools.ts';
import { intakeTools } from './intake-tools.ts';

/** The dashboard, and what its tests look at. */
export interface Dashboard extends Composition, Wakes {
  routes: readonly Route[];
  replays: Replays;
  replayTools: ReplayTools;
  waits: ChangeWaits;
}

/** Composes the dashboard: the tools of the API, the pages, and the guard in front of them. */
export function composeDashboard(resources: DashboardResources): Dashboard {
  const { config, log, now, metrics, collections, audit } = resources;
  const store = new TokenStore(collections, log);
  const guard = guardOf(config.OPS_JWT_SECRET, store);
  const signer = new AuditSigner(collections.audit, config.OPS_JWT_SECRET, log);
  const refusals = new Refusals(audit);
  const shared = sharedOf(resources);
  const { queues, waker, status, sampler } = shared;
  const replayTools = replayToolsOf(shared);
  const replays = new Replays(replayTools);
  const loadTests = new LoadTestReports(path.join('.lockstep', 'load-tests'));
  const changes = changeTools(shared);
  const { component: laneQueues, ...effects } = effectTools(resources);
  const { component: schemas, ...intake } = intakeTools(resources, waker);
  const routes = allRoutes({
    ...readingTools(shared),
    ...changingTools(shared),
    ...requestTools(shared),
    ...effects,
    ...intake,
    audit: { audit: collections.audit, signer },
    changes,
    doctor: doctorTools(shared),
    live: liveHandler(sampler, guard),
    loadTests: { loadTests },
    parked: { parked: replayTools.parked, replays, now },
    sessions: { sessions: createSessions(config.OPS_JWT_SECRET, store, audit, refusals) },
    tokens: { jwtSecret: config.OPS_JWT_SECRET, store },
    version: lockstepVersion,
  });
  const app = dashboardApp({
    routes,
    guard,
    audit,
    refusals,
    log,
    behindSignIn: {
      '/queues/raw': { scope: 'global', router: rawQueues(queues, '/queues/raw') },
      '/docs': { scope: 'own', router: docsPage() },
      '/load-tests': { scope: 'global', router: loadTests.pages() },
    },
    pages: pagesRouter(),
    checks: [storageCheck(resources)],
    stopping: resources.stopping,
    metrics,
    measure: async () => measureStatus(metrics, await status()),
  });
  const settled: Component = { name: 'wakes', stop: () => waker.flush() };
  const own = [store, refusals, signer, ...backgroundOf(resources), laneQueues, schemas, settled, replays];
  return {
    http: [{ name: 'dashboard', app, port: config.DASHBOARD_PORT, about: 'dashboard and API' }],
    components: { before: own, after: [streamsOf(shared), changes.waits] },
    queues,
    waker,
    routes,
    replays,
    replayTools,
    waits: changes.waits,
  };
}

/** While one of them is down, the pages show what the other knows: that is when they are needed. */
function storageCheck({ redis, mongo }: DashboardResources): ReadinessCheck {
  return anyOf('storage', [redisCheck(redis), mongoCheck(mongo.getClient())]);
}

/** They start last, so they stop first: they would keep the server from stopping. */
function streamsOf({ sampler }: Shared): Component {
  return { name: 'live streams', start: () => sampler.start(), stop: () => sampler.stop() };
}

/** What the dashboard does without being asked. */
function backgroundOf(resources: DashboardResources): Component[] {
  const { redis, collections, now, log } = resources;
  return [
    secretsSeen(resources),
    endsBrokenOff({ audit: collections.audit, now, log }),
    createHeartbeats(redis, redisKeys(0), 'dashboard', () => Promise.resolve({})),
  ];
}

/** A secret's age counts from the first start with it. */
function secretsSeen({ redis, config }: DashboardResources): Component {
  const see = () => seeSecrets(redis, redisKeys(0).secrets, secretsIn(config));
  return { name: 'age of secrets', start: () => see().catch(() => undefined), stop: () => undefined };
}
