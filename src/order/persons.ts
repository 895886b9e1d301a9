import { withoutData } from './external.ts';
import { at, readJson } from './lossless-json.ts';
import { masked } from './mask.ts';

/** Where a body of any topic may name a customer. */
const CUSTOMER_AT = [
  ['customer', 'id'],
  ['customer_id'],
  ['order', 'customer', 'id'],
  ['draft_order', 'customer', 'id'],
] as const;
const ID = /^\d{1,19}$/;

/** Ids of the customers that a body names; null if it cannot be read. */
export function customersIn(body: Uint8Array): string[] | null {
  const json = readJson(body);
  if (!json.ok) return null;
  const named = CUSTOMER_AT.map((path) => String(at(json.value, path)));
  return [...new Set(named.filter((text) => ID.test(text)))];
}

/** Replaces a body that cannot be masked. */
export const NOTHING_LEFT = Buffer.alloc(0);

/** A body without personal data; empty if it is not JSON. Nobody knows what another system's data means: it is removed. */
export function withoutPersons(body: Uint8Array): Buffer {
  const empty = withoutData(body);
  if (empty) return empty;
  const text = masked(body);
  return text === null ? NOTHING_LEFT : Buffer.from(text);
}

export interface Whose {
  /** Shopify's id. */
  customer: string;
  /** The body's order: `named` in Shopify's request, known to be the customer's (`theirs`), or someone else's. */
  order: 'named' | 'theirs' | 'other';
}

/**
 * Whether a body must be redacted for a customer. Bodies of an order that Shopify named always are. Otherwise the
 * customers in the body decide; if it names none (a refund), its order decides. An unreadable body is redacted if it
 * may be the customer's.
 */
export function isAbout(body: Uint8Array, { customer, order }: Whose): boolean {
  if (order === 'named') return true;
  const named = customersIn(body);
  if (named === null) return order === 'theirs' || mentions(body, customer);
  return named.length > 0 ? named.includes(customer) : order === 'theirs';
}

function mentions(body: Uint8Array, id: string): boolean {
  return new RegExp(`(?<!\\d)${id}(?!\\d)`).test(Buffer.from(body).toString('latin1'));
}
