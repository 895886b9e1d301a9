import { OpsProblem } from './exit.ts';
import type { Target } from './target.ts';

/** Long: `verify` repeats the check of orders that change meanwhile, for some seconds each. */
const ANSWER_MS = 120_000;

/**
 * Sends one request to the API: POST with a body, GET without.
 * @throws OpsProblem unreachable if there is no usable response, usage if the request is invalid (400), refused for
 * other 4xx
 */
export async function ask<Answer>(
  { url, token }: Target,
  place: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Answer> {
  const late = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(`${url}/api${place}`, {
    method: body ? 'POST' : 'GET',
    // The token is for this address only.
    redirect: 'error',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: signal ? AbortSignal.any([signal, late]) : late,
  }).catch(() => {
    throw new OpsProblem('unreachable', `cannot reach Lockstep at ${url}`);
  });
  // A truncated body is not a response.
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === 'object' && answer !== null) return answer as Answer;
  throw problemOf(url, response.status, answer);
}

function problemOf(url: string, status: number, answer: unknown): OpsProblem {
  const error = (answer as { error?: unknown } | null)?.error;
  if (error === undefined)
    return new OpsProblem(
      'unreachable',
      `unexpected response from ${url} (HTTP ${status}): not a Lockstep API response, or incomplete`,
      status,
    );
  const reason = typeof error === 'string' ? error : JSON.stringify(error);
  return new OpsProblem(endingOf(status), `${status}: ${reason}`, status);
}

/** 400 is invalid usage, any other 4xx a refusal by the API. 5xx counts as unreachable. */
function endingOf(status: number): 'usage' | 'refused' | 'unreachable' {
  if (status === 400) return 'usage';
  return status < 500 ? 'refused' : 'unreachable';
}

/** A path below /api. Each segment is encoded, so that typed text cannot lead to another path. */
export function placeOf(...segments: string[]): string {
  if (segments.some((segment) => /^\.{0,2}$/.test(segment)))
    throw new OpsProblem('usage', `invalid path: ${segments.join('/')}`);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

export type QueryParameters = Record<string, string | number | boolean | null | undefined>;

/** `?a=1&b=2`, without the values that are null or undefined. */
export function queryOf(given: QueryParameters): string {
  const known = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(
    known.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return query && `?${query}`;
}
