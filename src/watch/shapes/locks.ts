import { z } from 'zod';
import { count, instant, milliseconds, reason } from './base.ts';

export const lock = z.object({
  /** `<shop>/<order id>` */
  order: z.string(),
  /** What a release must name; another after each new holder. */
  token: z.string(),
  /** Null, each and all, where the lock's value does not say: a worker of an older version set it. */
  holder: z.object({
    /** `<host>:<pid>` */
    program: z.string().nullable(),
    /** BullMQ's id of the drain job. */
    job: z.string().nullable(),
    /** Whether that process was heard of in the last 5 s; null: cannot be known. */
    alive: z.boolean().nullable(),
    /** Null: not in the last 10 s, or cannot be known. */
    lastHeardMs: milliseconds.nullable(),
  }),
  heldSince: instant.nullable(),
  ageMs: milliseconds.nullable(),
  ttlLeftMs: milliseconds,
  extensions: count.nullable(),
  waitingEvents: count,
  oldestWaitMs: milliseconds.nullable(),
});
export type Lock = z.infer<typeof lock>;

export const lockList = z.object({
  locks: z.array(lock).describe('longest held first'),
  /** Orders that were looked at: those being drained, and the oldest that wait. */
  looked: count,
});
export type LockList = z.infer<typeof lockList>;

export const lockRelease = z.strictObject({
  token: z.string().min(1).max(300),
  reason,
  /** Also from a holder that is alive. */
  insist: z.boolean().default(false),
});
export const lockReleased = z.object({
  released: z.literal(true),
  did: z.string().describe('what was done, and what happens to a holder that comes late'),
});
export type LockReleased = z.infer<typeof lockReleased>;
