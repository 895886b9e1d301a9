import type { ErrorRequestHandler } from 'express';
import { messageOf } from '../../system/errors.ts';
import type { Logger } from '../../system/log.ts';
import { asksForPage } from '../asks-for-page.ts';
import { Refusal } from '../refusal.ts';
import { outageIn } from './outage-text.ts';

/**
 * A refusal, or a server that is down: its status and message. A malformed request: 4xx. Any other error is
 * unexpected: 503, and only the log has the details.
 */
export function onError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal && error.kind === 'not_signed_in' && asksForPage(request)) {
      response.redirect(303, `/sign-in?back=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    const { status, words, known } = answerTo(error);
    if (!known) log.error({ err: error }, 'a request failed');
    else if (status === 503) log.warn({ because: messageOf(error) }, 'a request could not be answered');
    response.status(status).json({ error: words });
  };
}

function answerTo(error: unknown): { status: number; words: string; known: boolean } {
  const known = true;
  if (error instanceof Refusal) return { status: error.status, words: error.message, known };
  if (error instanceof URIError) return { status: 400, words: 'malformed request', known };
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  if (status === 413) return { status, words: 'the body is too large', known };
  if (status >= 400 && status < 500) return { status, words: 'malformed request', known };
  const away = outageIn(error);
  return {
    status: 503,
    words: away ?? 'internal error: the log of this program has the details',
    known: away !== null,
  };
}
