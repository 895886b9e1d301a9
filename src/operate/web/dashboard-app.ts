import compression from 'compression';
import express, { type Express, type RequestHandler, type Router } from 'express';
import { adminRoutes, type AdminTools } from '../../health/admin-routes.ts';
import type { AuditLog } from '../../persist/audit-log.ts';
import type { Logger } from '../../system/log.ts';
import { onError } from '../api/on-error.ts';
import type { Route } from '../api/route.ts';
import { routerOf } from '../api/router.ts';
import { refuseGlobal } from '../api/scope.ts';
import { safeHeaders } from '../headers.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import { authorize, type Guard } from '../sign-in/authorize.ts';
import type { Refusals } from '../sign-in/refusals.ts';

export interface DashboardTools extends AdminTools {
  routes: readonly Route[];
  guard: Guard;
  audit: AuditLog;
  refusals: Refusals;
  log: Logger;
  /**
   * Routers that require a sign-in, by path: raw jobs, the API's document, reports. Global ones are about all shops: not
   * for tokens that are bound to shops.
   */
  behindSignIn: Readonly<Record<string, { scope: 'own' | 'global'; router: Router }>>;
  /** The dashboard's own files. They hold no data and need no sign-in, so that people can sign in. */
  pages: Router;
}

/** The dashboard's HTTP: health and metrics, the API under /api, and the pages. */
export function dashboardApp(tools: DashboardTools): Express {
  const app = adminRoutes(express().disable('x-powered-by').use(safeHeaders()), tools);
  app.use(compression({ filter: isCompressible }));
  app.use('/api', apiOf(tools));
  for (const [place, { scope, router }] of Object.entries(tools.behindSignIn))
    app.use(place, authorize(tools.guard, 'viewer'), onlyInScope(scope), router);
  app.use(tools.pages);
  app.use(() => {
    throw new Refusal('not_found', 'no such route; the API is under /api');
  });
  app.use(onError(tools.log));
  return app;
}

function apiOf({ routes, guard, audit, refusals }: DashboardTools): Router {
  const router = routerOf(routes, guard, audit, refusals);
  // Only signed-in callers learn which routes exist.
  router.use(authorize(guard, 'viewer'), () => {
    throw new Refusal('not_found', 'no such route; /api/openapi.json lists all routes');
  });
  return router;
}

function onlyInScope(scope: 'own' | 'global'): RequestHandler {
  return (_request, response, next) => {
    const { shops } = response.locals.who as Caller;
    if (scope === 'global') refuseGlobal(shops);
    next();
  };
}

/** Event streams are not compressed: compression would delay them. */
const isCompressible: compression.CompressionFilter = (request, response) =>
  !String(response.getHeader('content-type')).startsWith('text/event-stream') &&
  compression.filter(request, response);
