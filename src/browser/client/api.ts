import type { Problem } from '../../operate/shapes/problem.ts';

/**
 * The only way to the API. Every failure is an ApiProblem with a message for people; status 0 means that the
 * dashboard is unreachable. Requests time out, so that no page waits forever. If a change times out, its outcome
 * is unknown; the audit log has it.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Why single fields of the request were refused. */
  readonly errors: NonNullable<Problem['errors']>;
  constructor(status: number, message: string, errors: NonNullable<Problem['errors']> = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
  /** @param field of the body, such as `settings/url`; also what is wrong within it */
  detailOf(field: string): string | undefined {
    const place = `#/${field}`;
    const isIn = (pointer: string) => pointer === place || pointer.startsWith(`${place}/`);
    return this.errors.find((error) => 'pointer' in error && isIn(error.pointer))?.detail;
  }
}

export type Params = Record<string, string | number | boolean | null | undefined>;

/** Every page and query takes under 200 ms by design; 10 s without an answer is a fault. */
const ASK_MS = 10_000;
const TELL_MS = 30_000;

/** Dispatched on a 401 answer: the app then checks the session, and shows the sign-in page if it is over. */
export const SIGNED_OUT = 'lockstep:signed-out';

/** @param place path below /api, such as `/orders` */
export async function ask<T>(place: string, params: Params = {}, ms = ASK_MS): Promise<T> {
  return await fetchJson<T>(`/api${place}${queryOf(params)}`, { method: 'GET' }, ms);
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
  return await fetchJson<T>(`/api${place}`, { method, headers, body: JSON.stringify(body) }, ms);
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
  throw await problemOf(response);
}

function unreachable(error: unknown, method: string, timeoutMs: number): string {
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  const what = late ? `no answer within ${timeoutMs / 1000} s` : 'the dashboard is unreachable';
  return method === 'GET' ? what : `${what}; check the audit log to see whether the change was made`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const { detail, errors } = (body ?? {}) as Partial<Problem>;
  if (typeof detail === 'string') return new ApiProblem(response.status, detail, errors);
  return new ApiProblem(response.status, `the dashboard answered with status ${response.status}`);
}
