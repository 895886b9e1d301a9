import { z } from 'zod';
import { AUDITED_ROLES } from '../../system/roles.ts';
import { ACT_OUTCOMES } from '../../system/states.ts';
import { cursor, instant, limit, nextCursor, since } from './base.ts';

/** Every action that is audited. */
const ACTIONS = {
  'dedupe.release': 'a dedupe key was released',
  'lock.release': 'a lock was released by an operator',
  'mailbox.wake': 'an order was woken',
  'queue.pause': 'a queue was paused',
  'queue.resume': 'a queue was resumed',
  'parked.replay': 'parked events were replayed',
  'parked.discard': 'parked events were discarded',
  'replay.abort': 'a replay was aborted',
  'order.rebuild': 'an order was rebuilt from its journal',
  'reconcile.ask': 'a reconciliation pass was requested',
  'reconcile.abort': 'a reconciliation pass was aborted',
  'completeness.ask': 'a completeness check was requested',
  'event.payload': 'a payload was read, customer data masked',
  'event.unmask': 'a payload was read with customer data',
  'order.unmask': "an order's body was read with customer data",
  'order.export': 'an export of orders with unmasked bodies was started',
  'shop.install': 'a shop installed the app',
  'shop.uninstall': 'Shopify reported that a shop uninstalled the app',
  'shop.scopes': 'Shopify reported the scopes that a shop grants',
  'compliance.ask': 'Shopify asked to see or to erase data',
  'compliance.redact': 'data was erased because Shopify asked for it',
  'compliance.export': "a customer's data was exported",
  'destination.put': 'a destination was added or changed',
  'destination.backfill': 'a backfill of a destination was started',
  'destination.pause': 'a destination was paused',
  'destination.resume': 'a destination was resumed',
  'destination.test': 'a sample was sent to a destination',
  'destination.repair': 'orders were sent to a destination again',
  'destination.delete': 'a destination was deleted',
  'event-type.put': 'a type of events was registered or changed',
  'event-type.delete': 'a type of events was deleted',
  'effects.replay': 'effects were scheduled again',
  'effects.skip': 'effects were skipped',
  'effects.undo': 'what a handler did was undone',
  'token.mint': 'a token was minted',
  'token.revoke': 'a token was revoked',
  'session.begin': 'a person signed in',
  'session.refuse': 'a sign-in was refused',
} as const;
export type Action = keyof typeof ACTIONS;
const actionNames = Object.keys(ACTIONS) as [Action, ...Action[]];

export const auditEntry = z.object({
  /** Counts from 1, without gaps. */
  number: z.number().int(),
  at: instant,
  who: z.string(),
  role: z.enum(AUDITED_ROLES),
  action: z.enum(actionNames),
  target: z.string().describe('what it was done to: an order, an event, a queue'),
  reason: z.string().nullable(),
  /** Ids as in the list of tokens. Null for unknown callers. */
  token: z.string().nullable().describe('the token or session by which it was done'),
  root: z.string().nullable().describe('the first token that this one comes from; null: it is the first'),
  /** `begun`: it is running. 10 minutes after its program died it becomes `failed`: check if it was done. */
  outcome: z.enum(ACT_OUTCOMES),
  detail: z.string().nullable().describe('what was done, or why not'),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditQuery = z.strictObject({
  action: z.enum(actionNames).optional(),
  who: z.string().min(1).max(100).optional(),
  target: z.string().min(1).max(300).optional(),
  since,
  limit: limit.default(50),
  cursor,
});
export const auditPage = z.object({ entries: z.array(auditEntry), cursor: nextCursor });
export type AuditPage = z.infer<typeof auditPage>;

/** Whether the audit log is unchanged: each entry holds the hash of the entry before it. */
export const auditChainQuery = z.strictObject({
  head: z
    .string()
    .regex(/^[1-9]\d{0,14}:[0-9a-f]{64}$/, 'must be <number>:<hash of 64 hex digits>')
    .optional()
    .describe('an entry from the log, as `<number>:<hash>`: also checks that it still exists'),
});
export const auditChain = z.object({
  whole: z.boolean(),
  entries: z.number().int(),
  brokenAt: z.number().int().nullable().describe('the first entry that is missing or was changed'),
  signedFrom: z
    .number()
    .int()
    .nullable()
    .describe('all entries from this one on are signed with the current key; null: none'),
});
export type AuditChain = z.infer<typeof auditChain>;
