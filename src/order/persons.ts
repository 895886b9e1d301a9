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

/** Ids of the customers that a body names; null where it cannot be read. */
export function customersIn(body: Uint8Array): string[] | null {
  const json = readJson(body);
  if (!json.ok) return null;
  const named = CUSTOMER_AT.map((path) => String(at(json.value, path)));
  return [...new Set(named.filter((text) => ID.test(text)))];
}

/** What is left of a body that cannot be masked: nothing. */
export const NOTHING_LEFT = Buffer.alloc(0);

/** A body without its persons; what is no JSON is gone as a whole. */
export function withoutPersons(body: Uint8Array): Buffer {
  const text = masked(body);
  return text === null ? NOTHING_LEFT : Buffer.from(text);
}

export interface Whose {
  /** Shopify's id. */
  customer: string;
  /** What is known of the body's order: `named` by Shopify, known as the customer's, or of somebody else. */
  order: 'named' | 'theirs' | 'other';
}

/**
 * Whether a body is to be redacted for a customer. Where it names customers, what it names counts, but for an order
 * that Shopify named; where it names none (a refund), its order does. What cannot be read is theirs if it may be.
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
