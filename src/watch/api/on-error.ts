import type { ErrorRequestHandler, Request } from 'express';
import type { Logger } from '../../system/log.ts';
import { Refusal } from './refusal.ts';

/** Refused: its status and words. Malformed: 4xx. Else a surprise: 503, and the log has what the client is not told. */
export function onError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal && error.kind === 'not_signed_in' && asksForPage(request)) {
      response.redirect(303, `/sign-in?back=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    const { status, words } = answerTo(error);
    if (status === 503 && !(error instanceof Refusal)) log.error({ err: error }, 'a request failed');
    response.status(status).json({ error: words });
  };
}

/** A browser that goes to a place, and not a script that asks for data. */
export function asksForPage({ method, headers }: Request): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

function answerTo(error: unknown): { status: number; words: string } {
  if (error instanceof Refusal) return { status: error.status, words: error.message };
  if (error instanceof URIError) return { status: 400, words: 'malformed request' };
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  if (status === 413) return { status, words: 'the body is too large' };
  if (status >= 400 && status < 500) return { status, words: 'malformed request' };
  return { status: 503, words: 'cannot answer now' };
}
