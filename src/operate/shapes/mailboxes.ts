import { z } from 'zod';
import { count, cursor, instant, limit, milliseconds, nextCursor, reason } from './base.ts';

export const mailbox = z.object({
  order: z.string(),
  waitingEvents: count,
  waitingSince: instant,
  waitedMs: milliseconds,
  /** Whether a drain job is due; if none is, the sweeper adds one within 10 s. */
  due: z.boolean(),
});
export type MailboxRow = z.infer<typeof mailbox>;

export const mailboxQuery = z.strictObject({ limit: limit.default(50), cursor });
export const mailboxPage = z.object({
  mailboxes: z.array(mailbox).describe('longest waiting first'),
  total: count,
  cursor: nextCursor,
});
export type MailboxPage = z.infer<typeof mailboxPage>;

const waitingEvent = z.object({
  event: z.string(),
  topic: z.string(),
  webhookId: z.string().nullable(),
  triggeredAt: z.string().nullable(),
  receivedAt: instant,
  unreadable: z.string().nullable(),
  bodyBytes: count,
});
export const mailboxDetail = mailbox.extend({
  events: z.array(waitingEvent).describe('oldest first, 500 at most'),
});
export type MailboxDetail = z.infer<typeof mailboxDetail>;

export const because = z.strictObject({ reason });
export const did = z.object({ did: z.string() });
export type Did = z.infer<typeof did>;
