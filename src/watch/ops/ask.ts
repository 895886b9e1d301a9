import { OpsProblem } from './exit.ts';
import type { Target } from './target.ts';

/** A page of `verify` looks at moving orders again for some seconds each. */
const ANSWER_MS = 120_000;

/** Asks the API, or has it change something. @throws OpsProblem: 3 where nobody answers, 1 where the answer is no */
export async function ask<Answer>(
  { url, token }: Target,
  place: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Answer> {
  const late = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(`${url}/api${place}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: signal ? AbortSignal.any([signal, late]) : late,
  }).catch(() => {
    throw new OpsProblem('unreachable', `${url} does not answer`);
  });
  // An answer that breaks off is none.
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === 'object' && answer !== null) return answer as Answer;
  throw problemOf(url, response.status, answer);
}

function problemOf(url: string, status: number, answer: unknown): OpsProblem {
  const error = (answer as { error?: unknown } | null)?.error;
  if (error === undefined)
    return new OpsProblem('unreachable', `${url} answers ${status}, but not as Lockstep does`, status);
  const reason = typeof error === 'string' ? error : JSON.stringify(error);
  return new OpsProblem(status < 500 ? 'refused' : 'unreachable', `${status}: ${reason}`, status);
}

/** Below /api, each segment encoded: nothing that was typed leads elsewhere. */
export function placeOf(...segments: string[]): string {
  if (segments.some((segment) => /^\.{0,2}$/.test(segment)))
    throw new OpsProblem('usage', `${segments.join('/')} names nothing`);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

/** `?a=1&b=2` of what is given. */
export function queryOf(given: Record<string, string | number | boolean | null | undefined>): string {
  const known = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(
    known.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return query && `?${query}`;
}
