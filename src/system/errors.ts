/**
 * Faults of the world that Lockstep names, one code each. An outcome that is expected is no error: it
 * is returned. What is not here is a surprise, and is logged with its stack.
 */
const FAULTS = {
  /** Nowhere durable to put an event: Redis did not answer in time, or refused. */
  not_durable: 'the event could not be stored',
  /** Redis has room left for drains only: new events wait in the spool. */
  redis_full: 'Redis is full',
  /** A newer version wrote it, in a form that this one cannot read: it waits for a program that can. */
  too_new: 'a newer version of Lockstep wrote it',
  /** The lock expired or was taken while its holder worked. */
  lock_lost: 'the lock of the order was lost',
  /** MongoDB refused the order's version five times in a row. */
  outpaced: 'other holders kept committing first',
  /** A server was reached but cannot be used as it is set up. */
  unsuitable: 'a server is not set up for Lockstep',
  /** The Admin API refused the shop's token (401, 402, 403, 404, 423): nothing helps but the merchant. */
  shopify_refused: 'Shopify refused',
  /** The Admin API asks for a pause: 429, or THROTTLED. */
  shopify_throttled: 'Shopify asks for a pause',
  /** The Admin API did not answer in time, broke off, or answered what cannot be read. */
  shopify_away: 'Shopify cannot be asked',
  /** No token that works: never installed, uninstalled, or its refresh token lapsed. */
  not_installed: 'the shop has no token that works',
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
