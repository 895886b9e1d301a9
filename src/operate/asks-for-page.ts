import type { Request } from 'express';

/** Whether a browser opens a page, rather than a script that requests data. */
export function asksForPage({ method, headers }: Request): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}
