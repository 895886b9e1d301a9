import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import { asShopDomain } from '../order/identity.ts';
import { isShopTopic } from '../order/shop-topics.ts';
import { isTopic } from '../order/topics.ts';
import { Fault } from '../system/errors.ts';
import { acceptWebhook, signatureOf, type AcceptTools, type Judged } from './accept-webhook.ts';
import { RETRY_AFTER_SECONDS, STATUS_CODES, type Answer } from './answers.ts';
import type { BytesInFlight } from './bytes-in-flight.ts';
import { shopifyHeader } from './headers.ts';
import { readBody, type Body } from './read-body.ts';

export interface IngestTools extends AcceptTools {
  maxBodyBytes: number;
  inFlight: BytesInFlight;
  metrics: Metrics;
  log: Logger;
}

/**
 * Ingest's HTTP. Cheap checks come first: method, path, length, the signature's shape; then the body.
 * @param addRoutes adds the routes of others, before unknown paths are refused
 */
export function ingestApp(tools: IngestTools, addRoutes: (app: Express) => void = () => undefined): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.post(['/webhooks', '/webhooks/*path'], refuseEarly(tools), async (request, response) => {
    const { body, release } = await readBody(request, tools.maxBodyBytes, tools.inFlight);
    // The rest of the body is not read: that would cost memory too.
    if (body.outcome === 'unavailable') response.set('connection', 'close');
    try {
      send(request, response, tools, await judge(request, body, tools));
    } finally {
      release();
    }
  });
  app.all(['/webhooks', '/webhooks/*path'], (request, response) => {
    response.set('allow', 'POST');
    send(request, response, tools, { answer: { outcome: 'method_not_allowed' } });
  });
  addRoutes(app);
  refuseTheRest(app, tools);
  return app;
}

const TOO_MANY_BYTES = 'too many body bytes in flight';

async function judge(request: Request, body: Body, tools: IngestTools): Promise<Judged> {
  if (body.outcome === 'whole') return await acceptWebhook(request.headers, body.bytes, tools);
  return { answer: body, ...(body.outcome === 'unavailable' && { because: TOO_MANY_BYTES }) };
}

/** Comes after every other route: unknown paths get a 404, and errors are answered without details. */
function refuseTheRest(app: Express, tools: IngestTools): void {
  app.use((request, response) => send(request, response, tools, { answer: { outcome: 'not_found' } }));
  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    const answer = answerTo(error);
    const surprise = answer.outcome === 'unavailable' && !(error instanceof Fault);
    if (surprise) tools.log.error({ err: error }, 'webhook not accepted');
    send(request, response, tools, { answer, ...(error instanceof Fault && { because: error.message }) });
  };
  app.use(onError);
}

function refuseEarly(tools: IngestTools) {
  return (request: Request, response: Response, next: () => void) => {
    response.locals.arrivedAt = performance.now();
    if (Number(request.headers['content-length'] ?? 0) > tools.maxBodyBytes) {
      // The rest of the body is not read: the connection ends with the answer.
      response.set('connection', 'close');
      send(request, response, tools, { answer: { outcome: 'too_large' } });
    } else if (!signatureOf(request.headers) || isEncoded(request))
      send(request, response, tools, { answer: { outcome: 'forged' } });
    else next();
  };
}

/** A compressed body is not what Shopify signed. */
function isEncoded(request: Request): boolean {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

/** Errors here are our own, so Shopify should retry; a path that cannot be decoded is the exception. */
function answerTo(error: unknown): Answer {
  return { outcome: error instanceof URIError ? 'not_found' : 'unavailable' };
}

/** The reason goes only to the log: our faults are not Shopify's business. */
function send(
  request: Request,
  response: Response,
  { metrics, log }: IngestTools,
  { answer, because, event }: Judged,
): void {
  if (answer.outcome === 'unavailable') response.set('retry-after', String(RETRY_AFTER_SECONDS));
  // Like Express's json(), but without its ETag, freshness and charset checks: they take 4 of 130 µs.
  const text = JSON.stringify(answer);
  response.writeHead(STATUS_CODES[answer.outcome], {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
  const topic = event?.topic ?? topicLabel(request);
  const arrivedAt: unknown = response.locals.arrivedAt;
  const ms = typeof arrivedAt === 'number' ? performance.now() - arrivedAt : 0;
  metrics.received.inc({ outcome: answer.outcome, topic });
  metrics.ackSeconds.observe(ms / 1000);
  log.info({ shop: shopLabel(request), topic, because, ...answer, ms: Math.round(ms) }, 'webhook');
}

/** Only a valid shop domain is logged: anyone can send headers. */
function shopLabel(request: Request): string | null {
  return asShopDomain(shopifyHeader(request.headers, 'shop-domain') ?? '');
}

/** Only known topics become labels: anyone can send headers. */
function topicLabel(request: Request): string {
  const topic = shopifyHeader(request.headers, 'topic')?.toLowerCase() ?? '';
  return isTopic(topic) || isShopTopic(topic) ? topic : 'other';
}
