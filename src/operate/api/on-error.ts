import type { ErrorRequestHandler } from 'express';
import { messageOf } from '../../system/errors.ts';
import type { Logger } from '../../system/log.ts';
import { PROBLEMS, type ProblemCode } from '../../system/problems.ts';
import { asksForPage } from '../asks-for-page.ts';
import { Refusal, type InvalidInput } from '../refusal.ts';
import type { Problem } from '../shapes/problem.ts';
import { outageIn } from './outage-text.ts';

/** A server that is down for a moment is back by then; a longer outage takes any number of tries. */
const RETRY_AFTER_SECONDS = '5';

interface Failure {
  code: ProblemCode;
  status: number;
  detail: string;
  errors: readonly InvalidInput[];
}

/**
 * Answers with problem details (RFC 9457). A refusal, or a server that is down: its code and message. A malformed
 * request: 4xx. Any other error is unexpected: 503, and only the log has the details.
 */
export function onError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal && error.code === 'not_signed_in' && asksForPage(request)) {
      response.redirect(303, `/sign-in?back=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    const failure = failureIn(error);
    if (failure.code === 'internal') log.error({ err: error }, 'a request failed');
    else if (failure.status === 503)
      log.warn({ because: messageOf(error) }, 'a request could not be answered');
    if (failure.code === 'unavailable') response.set('retry-after', RETRY_AFTER_SECONDS);
    response.status(failure.status).type('application/problem+json').json(problemOf(failure));
  };
}

function failureIn(error: unknown): Failure {
  if (error instanceof Refusal) return { ...failed(error.code, error.message), errors: error.errors };
  if (error instanceof URIError) return failed('bad_request', 'malformed request');
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  if (status === 413) return failed('too_large', 'the body is too large');
  // Such as 415, for which there is no separate code.
  if (status >= 400 && status < 500) return { ...failed('bad_request', 'malformed request'), status };
  const away = outageIn(error);
  if (away !== null) return failed('unavailable', away);
  return failed('internal', 'internal error: the log of this program has the details');
}

function failed(code: ProblemCode, detail: string): Failure {
  return { code, detail, status: PROBLEMS[code].status, errors: [] };
}

function problemOf({ code, status, detail, errors }: Failure): Problem {
  const { title } = PROBLEMS[code];
  const invalid = errors.length === 0 ? {} : { errors: [...errors] };
  return { type: `/docs/problems#${code}`, title, status, detail, code, ...invalid, error: detail };
}
