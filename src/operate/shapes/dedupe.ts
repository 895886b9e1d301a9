import { z } from 'zod';
import { CLAIM_OUTCOMES } from '../../order/outcomes.ts';
import { count, eventId, instant, milliseconds, reason, shop, topic, webhookId } from './base.ts';

/** The claim of an event in Redis, and what happened to the event. */
export const claim = z.object({
  event: z.string(),
  order: z.string(),
  firstSeenAt: instant,
  lastSeenAt: instant,
  /** Deliveries beyond the first. */
  hits: count,
  ttlMs: milliseconds,
  outcome: z.enum(CLAIM_OUTCOMES),
  topic: z.string().nullable(),
  webhookId: z.string().nullable(),
});
export type DedupeClaim = z.infer<typeof claim>;

export const claimPlace = z.strictObject({ event: eventId });
export const claimQuery = z.strictObject({
  event: eventId.optional(),
  webhookId: webhookId.optional(),
  shop: shop.optional(),
});
export const claimList = z.object({
  claims: z.array(claim),
  looked: z.string().describe('what was searched'),
});
export type ClaimList = z.infer<typeof claimList>;

/**
 * A body as it was sent, as text or as base64; it is hashed, never stored. Without a topic, every topic is
 * tried. If a topic's bodies have no time (returns, disputes), `triggeredAt` is part of the hash: give it
 * exactly as it was sent.
 */
export const bodyLookup = z.strictObject({
  shop,
  topic: topic.optional(),
  triggeredAt: z.string().max(100).optional(),
  body: z.string().optional(),
  bodyBase64: z.base64().optional(),
});
export const bodyLookedUp = claimList.extend({
  hashes: z
    .array(z.object({ topic: z.string(), event: z.string() }))
    .describe('only one if a topic was given'),
});
export type BodyLookedUp = z.infer<typeof bodyLookedUp>;

export const claimRelease = z.strictObject({
  reason,
  /** The `firstSeenAt` that was shown: a newer claim is not released. */
  firstSeenAt: instant.optional(),
  /** Required if the event was processed or is waiting. */
  confirm: z.boolean().default(false),
});
