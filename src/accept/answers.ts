import type { EventId } from '../order/identity.ts';

/** Every answer that ingest gives to Shopify. */
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

/** The only table from outcome to HTTP status. */
export const STATUS_CODES = {
  accepted: 200,
  duplicate: 200,
  ignored: 200,
  // A retry would not help: the event is stored with its reason.
  parked: 200,
  // Shopify's app review requires 401 for an invalid and for a missing signature.
  forged: 401,
  unreadable: 400,
  too_large: 413,
  unavailable: 503,
  method_not_allowed: 405,
  not_found: 404,
  // The sender disconnected before its whole body arrived; nobody reads this answer.
  broken_off: 400,
} as const satisfies Record<Answer['outcome'], number>;

/** Shopify retries on its own schedule; this is for other senders. */
export const RETRY_AFTER_SECONDS = 5;
