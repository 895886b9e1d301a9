import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { signatureOf } from '../../src/accept/accept-webhook.ts';
import { createBytesInFlight } from '../../src/accept/bytes-in-flight.ts';
import { readHeaders } from '../../src/accept/headers.ts';
import { isAuthentic } from '../../src/accept/hmac.ts';
import { readBody } from '../../src/accept/read-body.ts';
import { messageOf } from '../../src/system/errors.ts';
import type { Logger } from '../../src/system/log.ts';
import { problemOf, type ReadinessCheck } from '../../src/health/admin-routes.ts';
import type { Accept, Arrival } from './rival.ts';

const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** An app that answers /readyz: 200 while all opened connections respond. */
export function readyApp(checks: readonly ReadinessCheck[]): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/readyz', async (_request, response) => {
    const problems = (await Promise.all(checks.map(problemOf))).filter((problem) => problem !== null);
    response.status(problems.length === 0 ? 200 : 503).json({ problems });
  });
  return app;
}

/** The ingest of every rival: Lockstep's Express, body reader and HMAC, without its metrics and log lines. */
export function takeWebhooks(app: Express, secret: string, accept: Accept, log: Logger): Express {
  app.post('/webhooks', async (request, response) => {
    const arrival = await arrivalOf(request, secret);
    if (arrival === null) response.status(401).json({ outcome: 'forged' });
    else response.json({ outcome: await accept(arrival) });
  });
  const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    log.warn({ reason: messageOf(error) }, 'a webhook was not accepted');
    response.status(503).json({ outcome: 'unavailable' });
  };
  return app.use(onError);
}

const UNBOUNDED = createBytesInFlight(Infinity, () => undefined);

/** Null if it was not signed with the secret. @throws if it cannot be read */
async function arrivalOf(request: Request, secret: string): Promise<Arrival | null> {
  const { body } = await readBody(request, MAX_BODY_BYTES, UNBOUNDED);
  if (body.outcome !== 'whole') throw new Error(`the body is ${body.outcome}`);
  const signature = signatureOf(request.headers);
  if (!signature || !isAuthentic(body.bytes, signature, [secret])) return null;
  const headers = readHeaders(request.headers, Date.now());
  if ('missing' in headers) throw new Error(`missing: ${headers.missing.join(', ')}`);
  const { webhookId } = headers;
  if (webhookId === null) throw new Error('a delivery without its webhook id');
  return { ...headers, webhookId, body: body.bytes };
}
