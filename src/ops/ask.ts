import type { Problem } from '../operate/shapes/problem.ts';
import { OpsProblem } from './exit.ts';
import type { Target } from './target.ts';

/**
 * Long: `verify` repeats the check of orders that change meanwhile, for some seconds each; a destination has up to
 * 2 minutes to answer a sample.
 */
const ANSWER_MS = 140_000;

/** How a request changes something. */
export type ChangeMethod = 'POST' | 'PUT' | 'DELETE';

interface AskOptions {
  method?: 'GET' | ChangeMethod;
  body?: object;
  signal?: AbortSignal | undefined;
}

/**
 * Sends one request to the API.
 * @throws OpsProblem unreachable if there is no usable response, usage if the request is invalid (400), refused for
 * other 4xx
 */
export async function ask<Answer>(
  target: Target,
  place: string,
  { signal, ...options }: AskOptions = {},
): Promise<Answer> {
  const late = AbortSignal.timeout(ANSWER_MS);
  const until = signal ? AbortSignal.any([signal, late]) : late;
  const response = await send(target, place, { ...options, signal: until });
  // A truncated body is not a response.
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === 'object' && answer !== null) return answer as Answer;
  throw problemOf(target.url, response.status, answer);
}

/** The body of a long answer, as it arrives. @throws OpsProblem as {@link ask} does */
export async function openBody(target: Target, place: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await send(target, place);
  if (response.ok && response.body) return response.body;
  throw problemOf(target.url, response.status, await response.json().catch(() => null));
}

async function send(
  { url, token }: Target,
  place: string,
  { method = 'GET', body, signal }: AskOptions = {},
): Promise<Response> {
  return await fetch(`${url}/api${place}`, {
    method,
    // The token is for this address only.
    redirect: 'error',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal && { signal }),
  }).catch(() => {
    throw new OpsProblem('unreachable', `cannot reach Lockstep at ${url}`);
  });
}

function problemOf(url: string, status: number, answer: unknown): OpsProblem {
  const { detail } = (answer ?? {}) as Partial<Problem>;
  if (typeof detail !== 'string')
    return new OpsProblem(
      'unreachable',
      `unexpected response from ${url} (HTTP ${status}): not a Lockstep API response, or incomplete`,
      status,
    );
  return new OpsProblem(endingOf(status), `${status}: ${detail}`, status);
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
