import type { RequestHandler } from 'express';

/**
 * Content security policies. API responses are data: nothing in them may run or load. Pages load only their
 * own scripts and styles, inline styles only with this response's nonce, and nothing from other origins.
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
  /** For third-party pages with inline styles: bull-board (which also needs its base) and Swagger UI. */
  foreignPage: () => [...OWN, "style-src 'self' 'unsafe-inline'", "base-uri 'self'"].join('; '),
  /** For a report that a load test wrote: shown in an origin of its own, without scripts or requests. */
  report: () =>
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
} as const;

/** Sets the headers of every response. Pages then replace the policy with their own. */
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
