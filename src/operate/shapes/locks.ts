import { z } from 'zod';
import { count, instant, milliseconds, reason } from './base.ts';

export const lock = z.object({
  /** `<shop>/<order id>` */
  order: z.string(),
  /** Required for a release; every new holder has another token. */
  token: z.string(),
  /** All fields are null if the value of the lock cannot be read. */
  holder: z.object({
    /** `<host>:<pid>` */
    program: z.string().nullable(),
    /** BullMQ's id of the drain job. */
    job: z.string().nullable(),
    /** Whether that process sent a heartbeat in the last 5 s; null: unknown. */
    alive: z.boolean().nullable(),
    /** Time since its last heartbeat; null: none in the last hour, or unknown. */
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
  /** How many orders were checked: those being drained, and those that have waited longest. */
  looked: count,
});
export type LockList = z.infer<typeof lockList>;

export const lockRelease = z.strictObject({
  token: z.string().min(1).max(300),
  reason,
  /** Releases the lock even if its holder is alive. */
  insist: z.boolean().default(false),
});
export const lockReleased = z.object({
  released: z.literal(true),
  did: z.string().describe('what was done, and what happens to a late commit by the holder'),
});
export type LockReleased = z.infer<typeof lockReleased>;
