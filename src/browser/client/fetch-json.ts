import type { Problem } from '../../operate/shapes/problem.ts';
import { ApiProblem } from './api-problem.ts';

/**
 * Requests time out, so that no page waits forever. If a change times out, its outcome is unknown; the audit log
 * has it.
 * @throws ApiProblem if the answer has an error status, does not arrive whole, or is not JSON
 */
export async function fetchJson<T>(url: string, init: RequestInit, timeoutMs: number): Promise<T> {
  // The connection can also fail in the middle of a body.
  const lost = (error: unknown): never => {
    throw new ApiProblem(0, unreachable(error, init.method ?? 'GET', timeoutMs));
  };
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch(lost);
  const body = parsed(await response.text().catch(lost));
  if (response.ok && body !== undefined) return body as T;
  throw problemOf(response.status, body);
}

/** Undefined: not JSON, such as the page of a proxy. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown, method: string, timeoutMs: number): string {
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  const what = late ? `no answer within ${timeoutMs / 1000} s` : 'the dashboard is unreachable';
  return method === 'GET' ? what : `${what}; check the audit log to see whether the change was made`;
}

function problemOf(status: number, body: unknown): ApiProblem {
  const { detail, errors } = (body ?? {}) as Partial<Problem>;
  if (typeof detail === 'string') return new ApiProblem(status, detail, errors);
  const what = body === undefined ? ', but not in JSON' : '';
  return new ApiProblem(status, `the dashboard answered with status ${status}${what}`);
}
