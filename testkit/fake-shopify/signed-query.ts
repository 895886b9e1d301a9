import { createHmac } from 'node:crypto';

/** A query as Shopify signs it: sorted by name, with its HMAC-SHA256 in hex. */
export function signedQuery(query: Record<string, string>, secret: string): string {
  const names = Object.keys(query).sort((a, b) => a.localeCompare(b));
  const sorted = new URLSearchParams(names.map((name): [string, string] => [name, query[name] ?? '']));
  const message = sorted.toString().replaceAll('+', '%20');
  sorted.set('hmac', createHmac('sha256', secret).update(message).digest('hex'));
  return sorted.toString();
}
