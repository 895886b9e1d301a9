import { ApiProblem } from './api-problem.ts';
import { fetchJson } from './fetch-json.ts';

export type Params = Record<string, string | number | boolean | null | undefined>;

/** Every page and query takes under 200 ms by design; 10 s without an answer is a fault. */
const ASK_MS = 10_000;
const TELL_MS = 30_000;

/** Dispatched on a 401 answer: the app then checks the session, and shows the sign-in page if it is over. */
export const SIGNED_OUT = 'lockstep:signed-out';

/** @param place path below /api, such as `/orders` @throws ApiProblem */
export async function ask<T>(place: string, params: Params = {}, ms = ASK_MS): Promise<T> {
  return await request<T>(`/api${place}${queryOf(params)}`, { method: 'GET' }, ms);
}

interface Telling {
  method?: 'POST' | 'PUT' | 'DELETE';
  /** How long the answer may take. */
  ms?: number;
}

export async function tell<T>(
  place: string,
  body: object,
  { method = 'POST', ms = TELL_MS }: Telling = {},
): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return await request<T>(`/api${place}`, { method, headers, body: JSON.stringify(body) }, ms);
}

export async function signOut(): Promise<void> {
  await request('/api/session', { method: 'DELETE' }, ASK_MS);
}

function queryOf(params: Params): string {
  const given = Object.entries(params).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const query = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return query === '' ? '' : `?${query}`;
}

/** The only way to the API. */
async function request<T>(url: string, init: RequestInit, timeoutMs: number): Promise<T> {
  try {
    return await fetchJson<T>(url, init, timeoutMs);
  } catch (error) {
    const isSignedOut = error instanceof ApiProblem && error.status === 401 && url !== '/api/session';
    if (isSignedOut) window.dispatchEvent(new Event(SIGNED_OUT));
    throw error;
  }
}
