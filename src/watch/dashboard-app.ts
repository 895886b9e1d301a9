import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Logger } from '../system/log.ts';
import { adminRoutes, type AdminTools } from './admin-routes.ts';
import { apiRouter, type ApiTools } from './api.ts';

/** The dashboard's HTTP: the API under /api, health and metrics. Pages come later. */
export function dashboardApp(tools: ApiTools & AdminTools & { log: Logger }): Express {
  const app = adminRoutes(express().disable('x-powered-by'), tools);
  app.use((_request, response, next) => {
    response.set({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    next();
  });
  app.use('/api', apiRouter(tools));
  app.use((_request, response) => {
    response.status(404).json({ error: 'no such route; the API is under /api' });
  });
  const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const malformed =
      error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
    if (!malformed) tools.log.error({ err: error }, 'a request failed');
    response
      .status(malformed ? 400 : 503)
      .json({ error: malformed ? 'malformed request' : 'cannot answer now' });
  };
  app.use(onError);
  return app;
}
