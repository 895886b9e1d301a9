/**
 * External faults that Lockstep knows, one code each. Expected outcomes are returned, not thrown. Any other
 * error is unexpected, and is logged with its stack.
 */
const FAULTS = {
  /** There is no durable place for an event: Redis did not answer in time, or refused it. */
  not_durable: 'the event could not be stored',
  /** The rest of Redis's memory is reserved for drains: new events go to the spool. */
  redis_full: 'Redis is full',
  /** Written by a newer version in a form that this version cannot read: it waits for a program that can. */
  too_new: 'a newer version of Lockstep wrote it',
  /** It was changed by hand in MongoDB. The detail names the field, and not its value. */
  damaged: 'the stored order is damaged',
  /** The lock expired or was released while its holder worked. */
  lock_lost: "the order's lock was lost",
  /** MongoDB refused the order's version five times in a row. */
  outpaced: 'other lock holders kept committing first',
  /** The server is reachable but not configured as Lockstep needs it, or it did not answer at start. */
  unsuitable: 'a server is not set up for Lockstep',
  /** One of a program's processes ended while it was starting. Its own message says why. */
  not_started: 'the program did not start',
  /** The Admin API refused the shop's token (401, 402, 403, 404, 423): only the merchant can fix this. */
  shopify_refused: 'Shopify refused',
  /** The Admin API asks for a pause: 429, or THROTTLED. */
  shopify_throttled: 'Shopify asks for a pause',
  /** The Admin API answered that it could not carry out a query. */
  shopify_query: 'Shopify could not carry out the query',
  /** The Admin API did not answer in time, broke the connection, or sent an unreadable answer. */
  shopify_away: 'no usable answer from Shopify',
  /** No working token: never installed, uninstalled, or the refresh token expired. */
  not_installed: 'the shop has no working token',
} as const;
export type FaultCode = keyof typeof FAULTS;

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  constructor(code: FaultCode, detail: string, cause?: unknown) {
    super(`${FAULTS[code]}: ${detail}`, { cause });
    this.code = code;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
