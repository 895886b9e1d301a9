import type { RequestHandler } from 'express';
import type { LockTools } from '../steering/lock-release.ts';
import { now } from '../shapes/system.ts';
import { auditRoutes, type AuditTools } from './audit-routes.ts';
import { completenessRoutes, type CompletenessRouteTools } from './completeness-routes.ts';
import { changeRoutes, type ChangeTools } from './change-routes.ts';
import { complianceRoutes, type ComplianceTools } from './compliance-routes.ts';
import { dedupeRoutes, type DedupeTools } from './dedupe-routes.ts';
import { comparisonRoutes } from './comparison-routes.ts';
import { destinationRoutes } from './destination-routes.ts';
import { doctorRoutes, type DoctorRouteTools } from './doctor-routes.ts';
import { effectRoutes } from './effect-routes.ts';
import { eventRoutes, type EventTools } from './event-routes.ts';
import { eventTypeRoutes, type EventTypeTools } from './event-type-routes.ts';
import { exportRoutes, type ExportTools } from './export-routes.ts';
import { intakeRoutes, type IntakeRouteTools } from './intake-routes.ts';
import { loadTestRoutes, type LoadTestTools } from './load-test-routes.ts';
import { lockRoutes } from './lock-routes.ts';
import { mailboxRoutes, type MailboxTools } from './mailbox-routes.ts';
import { openApiRoute } from './openapi.ts';
import { orderRoutes, type OrderTools } from './order-routes.ts';
import { parkedRoutes, type ParkedTools } from './parked-routes.ts';
import { queueRoutes, type QueueTools } from './queue-routes.ts';
import { rebuildRoutes } from './rebuild-routes.ts';
import { reconcileRoutes, type ReconcileRouteTools } from './reconcile-routes.ts';
import { reportRoutes, type ReportTools } from './report-routes.ts';
import { route, type Route } from './route.ts';
import { searchRoutes } from './search-routes.ts';
import { sessionRoutes, type SessionTools } from './session-routes.ts';
import { shopRoutes, type ShopTools } from './shop-routes.ts';
import { systemRoutes, type SystemTools } from './system-routes.ts';
import { tokenRoutes, type TokenTools } from './token-routes.ts';
import { verifyRoutes, type VerifyTools } from './verify-routes.ts';
import type { ComparisonTools } from '../steering/comparisons.ts';
import type { DestinationTools } from '../steering/destinations.ts';
import type { EffectTools } from '../steering/effects.ts';
import type { RebuildTools } from '../steering/order-rebuild.ts';
import type { Search } from '../stories/search.ts';

/** The tools of each area of the API. */
export interface ApiTools {
  audit: AuditTools;
  completeness: CompletenessRouteTools;
  changes: ChangeTools;
  compliance: ComplianceTools;
  dedupe: DedupeTools;
  destinations: DestinationTools & ComparisonTools;
  doctor: DoctorRouteTools;
  effects: EffectTools;
  events: EventTools;
  eventTypes: EventTypeTools;
  exports: ExportTools;
  intake: IntakeRouteTools;
  live: RequestHandler;
  loadTests: LoadTestTools;
  locks: LockTools;
  mailboxes: MailboxTools;
  orders: OrderTools;
  parked: ParkedTools;
  queues: QueueTools;
  rebuilds: RebuildTools;
  reconciles: ReconcileRouteTools;
  reports: ReportTools;
  search: Search;
  sessions: SessionTools;
  shops: ShopTools;
  system: SystemTools;
  tokens: TokenTools;
  verify: VerifyTools;
  /** Lockstep's version, for the API's document. */
  version: () => Promise<string>;
}

/** All routes of the API. A route that is missing here is not served, documented or tested. */
export function allRoutes(tools: ApiTools): Route[] {
  const routes: Route[] = [
    ...sessionRoutes(tools.sessions),
    ...systemRoutes(tools.system),
    liveRoute(tools.live),
    ...orderRoutes(tools.orders),
    ...exportRoutes(tools.exports),
    ...searchRoutes(tools.search),
    ...rebuildRoutes(tools.rebuilds),
    ...eventRoutes(tools.events),
    ...intakeRoutes(tools.intake),
    ...eventTypeRoutes(tools.eventTypes),
    ...changeRoutes(tools.changes),
    ...dedupeRoutes(tools.dedupe),
    ...lockRoutes(tools.locks),
    ...mailboxRoutes(tools.mailboxes),
    ...queueRoutes(tools.queues),
    ...parkedRoutes(tools.parked),
    ...destinationRoutes(tools.destinations),
    ...comparisonRoutes(tools.destinations),
    ...effectRoutes(tools.effects),
    ...reconcileRoutes(tools.reconciles),
    ...completenessRoutes(tools.completeness),
    ...reportRoutes(tools.reports),
    ...shopRoutes(tools.shops),
    ...complianceRoutes(tools.compliance),
    ...auditRoutes(tools.audit),
    ...tokenRoutes(tools.tokens),
    ...loadTestRoutes(tools.loadTests),
    ...verifyRoutes(tools.verify),
    ...doctorRoutes(tools.doctor),
    openApiRoute(() => routes, tools.version),
  ];
  return routes;
}

function liveRoute(stream: RequestHandler): Route {
  return route({
    method: 'get',
    path: '/live',
    role: 'viewer',
    scope: 'filtered',
    about: 'Status, rates and programs once a second, as server-sent events named `now`.',
    answer: now,
    stream,
    handle: () => Promise.reject(new Error('a stream does not have a single answer')),
  });
}
