import type { EventId } from '../order/identity.ts';

/** Everything that ingest says to Shopify, and the one table from outcome to status. */
export type Answer =
  | { outcome: 'accepted'; event: EventId }
  | { outcome: 'duplicate'; event: EventId; firstSeenAt: string }
  | { outcome: 'ignored' }
  | { outcome: 'parked'; event: EventId; because: string }
  | { outcome: 'forged' }
  | { outcome: 'unreadable'; missing: string[] }
  | { outcome: 'too_large' }
  | { outcome: 'unavailable' }
  | { outcome: 'method_not_allowed' }
  | { outcome: 'not_found' }
  | { outcome: 'broken_off' };

export const STATUS_CODES = {
  accepted: 200,
  duplicate: 200,
  ignored: 200,
  // A retry could not help: it is kept, with its reason.
  parked: 200,
  // Shopify's review wants 401 for a bad and for a missing signature.
  forged: 401,
  unreadable: 400,
  too_large: 413,
  unavailable: 503,
  method_not_allowed: 405,
  not_found: 404,
  // The sender went away in the middle of its body; nobody reads this.
  broken_off: 400,
} as const satisfies Record<Answer['outcome'], number>;

/** Shopify tries again by its own schedule; others are told when it may be worth it. */
export const RETRY_AFTER_SECONDS = 5;
