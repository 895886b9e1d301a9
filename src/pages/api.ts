/**
 * The one way to the API. Whatever goes wrong is an ApiProblem with words for a person: status 0 is a dashboard
 * that cannot be reached. A request that is not answered in time is given up, so that no page waits for ever;
 * for a change that means: nobody knows whether it was done, and the audit tells.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Params = Record<string, string | number | boolean | null | undefined>;

/** Every page and query is under 200 ms by design; ten seconds of nothing is a fault. */
const ASK_MS = 10_000;
const TELL_MS = 30_000;

/** Said once a request was answered with 401: the shell leads to the sign-in. */
export const SIGNED_OUT = 'lockstep:signed-out';

/** @param place below /api: `/orders` */
export async function ask<T>(place: string, params: Params = {}, ms = ASK_MS): Promise<T> {
  return await fetchJson<T>(`/api${place}${queryOf(params)}`, { method: 'GET' }, ms);
}

export async function tell<T>(place: string, body: object): Promise<T> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return await fetchJson<T>(`/api${place}`, init, TELL_MS);
}

export async function signOut(): Promise<void> {
  await fetchJson('/api/session', { method: 'DELETE' }, ASK_MS);
}

function queryOf(params: Params): string {
  const given = Object.entries(params).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? '' : `?${query}`;
}

async function fetchJson<T>(url: string, init: RequestInit, timeoutMs: number): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw new ApiProblem(0, unreachable(error, init.method ?? 'GET', timeoutMs));
  }
  if (response.ok) return (await response.json().catch(() => ({}))) as T;
  if (response.status === 401 && url !== '/api/session') window.dispatchEvent(new Event(SIGNED_OUT));
  throw new ApiProblem(response.status, await messageOf(response));
}

function unreachable(error: unknown, method: string, timeoutMs: number): string {
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  const what = late ? `no answer within ${timeoutMs / 1000} s` : 'the dashboard cannot be reached';
  return method === 'GET' ? what : `${what}; whether it was done stands in the audit`;
}

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string')
    return body.error;
  return `the dashboard answered ${response.status}`;
}
