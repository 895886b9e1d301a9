import { z } from 'zod';
import { PARKED_STATES, REPLAY_STATES } from '../../system/states.ts';
import {
  count,
  cursor,
  eventId,
  hashBegin,
  instant,
  limit,
  nextCursor,
  reason,
  shop,
  topic,
} from './base.ts';

/** Which parked events. `cause` is the exact cause of a group. */
const filterFields = {
  cause: z.string().max(500).optional(),
  topic: topic.optional(),
  shop: shop.optional(),
};

export const parkedGroup = z.object({
  cause: z.string().describe('the error without ids and numbers'),
  topic: z.string(),
  shop: z.string(),
  events: count,
  firstAt: instant,
  lastAt: instant,
  sample: z.string().describe('the newest of these events'),
});
export const parkedGroups = z.object({
  groups: z.array(parkedGroup).describe('largest first'),
  events: count,
  whole: z
    .boolean()
    .describe('false: more than 60,000 are parked, or 500 groups; the rest is not counted here'),
});
export type ParkedGroup = z.infer<typeof parkedGroup>;
export type ParkedGroups = z.infer<typeof parkedGroups>;

export const parkedQuery = z.strictObject({
  ...filterFields,
  state: z.enum(PARKED_STATES).default('parked'),
  hash: hashBegin.optional(),
  limit: limit.default(50),
  cursor,
});
export const parkedEvent = z.object({
  event: z.string(),
  shop: z.string(),
  order: z.string(),
  topic: z.string(),
  webhookId: z.string().nullable(),
  receivedAt: instant,
  error: z.string(),
  cause: z.string(),
  attempts: count,
  firstAt: instant,
  lastAt: instant,
  state: z.enum(PARKED_STATES),
  /** How often it was replayed. */
  replays: count,
  /** The id of its last replay. */
  replay: z.string().nullable(),
  replayedAt: instant.nullable(),
});
export type ParkedEvent = z.infer<typeof parkedEvent>;
export const parkedPage = z.object({
  parked: z.array(parkedEvent).describe('newest first'),
  cursor: nextCursor,
});
export type ParkedPage = z.infer<typeof parkedPage>;

/** Events by id, or all that match the filter; `{}` selects all parked events. */
const selection = z.union([
  z.strictObject({ events: z.array(eventId).min(1).max(1000) }),
  z.strictObject(filterFields),
]);
export type Selection = z.input<typeof selection>;

export const replayRequest = z.strictObject({
  /** Chosen by the client; a repeated id starts no second replay, so a double click replays once. */
  id: z.uuid(),
  which: selection,
  reason,
  /** Only counts the events. */
  dryRun: z.boolean().default(false),
  /** Events a second. */
  rate: z.number().min(1).max(1000).default(20),
});
export const discardRequest = z.strictObject({
  which: selection,
  reason,
  dryRun: z.boolean().default(false),
});
/** A dry run's answer. */
export const wouldBe = z.object({ dryRun: z.literal(true), events: count });

export const replayRun = z.object({
  id: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  who: z.string(),
  reason: z.string(),
  rate: z.number(),
  state: z
    .enum(REPLAY_STATES)
    .describe('stopped: it failed, or more than a fifth was parked again; interrupted: its process ended'),
  because: z.string().nullable(),
  /** Events parked when it began; events put back into their mailboxes; of those, events parked again. */
  total: count,
  replayed: count,
  parkedAgain: count,
  stillWaiting: count
    .optional()
    .describe(
      'only for a single replay that has ended: events put back that are not processed or parked again yet',
    ),
});
export type ReplayRun = z.infer<typeof replayRun>;
/** The new replay. For an id that was used before: that replay in its current state. */
export const replayBegun = replayRun.extend({ did: z.string() });
export const replayAnswer = z.union([replayBegun, wouldBe]);
export type ReplayAnswer = z.infer<typeof replayAnswer>;
export const replayList = z.object({ replays: z.array(replayRun).describe('newest first, 50 at most') });
export type ReplayList = z.infer<typeof replayList>;
export const discarded = z.union([z.object({ discarded: count, did: z.string() }), wouldBe]);
export const replayPlace = z.strictObject({ id: z.uuid() });
