import type { RequestHandler } from 'express';

/**
 * What a browser may do with an answer. The API's are data: nothing in them may run or load. Pages run their own
 * scripts and styles only; nothing inline but styles with this answer's nonce; nothing from elsewhere.
 */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
const OWN = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

export const POLICIES = {
  data: () => NOTHING,
  page: (nonce: string) => [...OWN, `style-src 'self' 'nonce-${nonce}'`, "base-uri 'none'"].join('; '),
  /** Of others, who write styles into elements: bull-board (which needs its base) and Swagger UI. */
  foreignPage: () => [...OWN, "style-src 'self' 'unsafe-inline'", "base-uri 'self'"].join('; '),
  /** A file that a load test wrote: shown, in an origin of its own, and able to do nothing. */
  report: () =>
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
} as const;

/** For every answer; pages then say what they need more. */
export function safeHeaders(): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'content-security-policy': POLICIES.data(),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    next();
  };
}

export function withPolicy(policy: string): RequestHandler {
  return (_request, response, next) => {
    response.set('content-security-policy', policy);
    next();
  };
}
