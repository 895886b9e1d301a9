import { z } from 'zod';
import { OUTCOMES, SHOWN_OUTCOMES } from '../../order/outcomes.ts';
import { auditEntry } from './audit.ts';
import { effectDetail } from './effects.ts';
import {
  count,
  cursor,
  hashBegin,
  instant,
  limit,
  milliseconds,
  nextCursor,
  reason,
  shop,
  since,
  topic,
  webhookId,
} from './base.ts';
import { lock } from './locks.ts';
import { missing } from './orders.ts';

const outcome = z.enum(SHOWN_OUTCOMES);

/** An earlier outcome of an event: parked, and why, before it was replayed. */
const earlier = z.object({ outcome, because: z.string().nullable(), at: instant });

/** What an event changed, field by field; no customer data. */
export const change = z.object({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type Change = z.infer<typeof change>;

const timelineEntry = z.object({
  event: z.string(),
  topic: z.string(),
  webhookId: z.string().nullable(),
  occurredAt: instant.nullable(),
  triggeredAt: z.string().nullable().describe('as Shopify sent it'),
  receivedAt: instant,
  /** When its drain got the order's lock, and which worker that was (host:pid). */
  lockedAt: instant.nullable(),
  worker: z.string().nullable(),
  appliedAt: instant.nullable(),
  outcome,
  because: z.string().nullable(),
  notes: z.array(z.string()).describe('parts of its body that could not be read and were left out'),
  sequence: z.number().int().nullable(),
  duplicates: count,
  earlier: z.array(earlier),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** With `?states=1`. Null if the journal lacks the order's first events, or has too many events. */
export const entryWithChanges = timelineEntry.extend({ changes: z.array(change).nullable().optional() });
export type EntryWithChanges = z.infer<typeof entryWithChanges>;

/**
 * The maximum number of applied events per page. An order usually has a few dozen; a thousand means a loop somewhere.
 */
const LARGEST_TIMELINE = 1000;

export const timelineQuery = z.strictObject({
  states: z.literal('1').optional().describe('also what each event changed'),
  sort: z
    .enum(['sequence', '-sequence'])
    .optional()
    .describe(
      'sequence: oldest event first; -sequence: newest first. Without it: the newest page, in the order of application',
    ),
  limit: z.coerce.number().int().min(1).max(LARGEST_TIMELINE).default(LARGEST_TIMELINE),
  cursor,
});
export const timeline = z.object({
  entries: z
    .array(entryWithChanges)
    .describe(
      'in the order of application, or newest first with sort=-sequence; parked and waiting events come after the newest applied one',
    ),
  acts: z.array(auditEntry).describe('what people did to this order and its events, oldest first'),
  effects: z
    .array(effectDetail)
    .describe(
      'what the events of this page set off, in sequence, with the steps of handlers; the newest page also has what has no event',
    ),
  effectsLeftOut: z
    .boolean()
    .describe('whether there are more than this page shows; `GET /effects` has all of them'),
  lock: lock.nullable().describe('the current lock of the order'),
  ...missing,
  parkedNow: z.array(z.string()).describe('its parked events, oldest first, at most 100'),
  waitingMs: milliseconds
    .nullable()
    .describe('how long the oldest waiting event has waited; null: none is waiting'),
  leftOut: z.boolean().describe('whether there are more events that this page does not show'),
  cursor: nextCursor.describe(
    'where the next page starts: of older events, or of newer ones with sort=sequence; null: this is the last page',
  ),
});
export type Timeline = z.infer<typeof timeline>;

export const eventSummary = timelineEntry.extend({ shop: z.string(), order: z.string() });
export type EventSummary = z.infer<typeof eventSummary>;

export const eventQuery = z.strictObject({
  /** `<shop>/<order id>`, an order id, or an order's name such as #1001. */
  order: z.string().min(1).max(300).optional(),
  shop: shop.optional(),
  webhookId: webhookId.optional(),
  hash: hashBegin.optional(),
  topic: topic.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  since,
  until: since,
  limit: limit.default(50),
  cursor,
});
export const eventPage = z.object({
  events: z.array(eventSummary).describe('processed and parked events, newest first'),
  cursor: nextCursor,
  /** A page searches up to 5,000 entries. With fewer than `limit` events, its cursor leads to older ones. */
  lookedBackTo: instant.nullable(),
});
export type EventPage = z.infer<typeof eventPage>;

export const eventDetailQuery = z.strictObject({
  payload: z.literal('1').optional(),
  /** Unmasks customer data; audited. */
  reason: reason.optional(),
});
export const eventDetail = eventSummary.extend({
  /** Text; customer data is masked unless a reason was given. */
  payload: z.string().optional(),
  payloadBase64: z.string().optional(),
  masked: z.boolean().optional(),
  payloadBytes: count.optional(),
});
export type EventDetail = z.infer<typeof eventDetail>;

/** Any text: an invalid id is an unknown event, not a malformed request. */
export const eventPath = z.strictObject({ event: z.string().max(1000) });
