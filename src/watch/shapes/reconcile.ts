import { z } from 'zod';
import type { Found } from '../../persist/reconcile-schema.ts';
import { count, cursor, instant, limit, nextCursor, reason, shop } from './base.ts';

/** `90min`, `2h`, `3d`: so long ago. */
const DURATION = /^(\d{1,5})(min|h|d)$/;
const UNIT_MS = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A moment, or so long ago; asked when it is used. */
const since = z.union([
  z.iso.datetime({ offset: true }).transform((text) => () => new Date(text)),
  z
    .string()
    .regex(DURATION, 'is neither a time (2026-11-21T12:00:00Z) nor so long ago (90min, 2h, 3d)')
    .transform((text) => (now: number) => new Date(now - durationMs(text))),
]);

function durationMs(text: string): number {
  const [, number, unit] = DURATION.exec(text) ?? [];
  return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

export const reconcileRequest = z
  .strictObject({
    shop,
    since: since.optional().describe('changed at Shopify since'),
    all: z.literal(true).optional().describe('instead of since: everything there is'),
    dryRun: z.boolean().default(true).describe('compares, and deposits nothing'),
    reason,
  })
  .refine((asked) => (asked.since === undefined) !== (asked.all === undefined), 'say since when, or all');

/** As in persist/reconcile-schema.ts, which a browser does not load. */
const FOUND = ['missing', 'stale', 'differs', 'stuck', 'gone'] as const satisfies readonly Found[];

const STATES = ['asked', 'running', 'done', 'failed', 'aborted'] as const;
export const reconcile = z.object({
  id: z.string(),
  shop: z.string(),
  how: z.enum(['pages', 'bulk']),
  since: instant.nullable().describe('null: everything there is'),
  until: instant,
  dryRun: z.boolean(),
  who: z.string().describe('`schedule`: of itself'),
  reason: z.string(),
  state: z.enum(STATES).describe('asked: the app program takes it within seconds'),
  askedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  checked: count,
  missing: count,
  stale: count,
  differs: count.describe('same time as at Shopify, other values'),
  stuck: count.describe("still differ after Shopify's answer was applied: look at the order"),
  gone: count.describe('exist here, unknown to Shopify'),
  points: z.number().describe("of the Admin API's budget"),
  found: z
    .array(
      z.object({
        order: z.string(),
        what: z.enum(FOUND),
        updatedAt: instant.nullable().describe('at Shopify; null: unknown to Shopify'),
        heldAt: instant.nullable(),
        facts: z.array(z.string()).describe('the fields that differ'),
      }),
    )
    .describe('the first hundred'),
  because: z.string().nullable(),
});
export type Reconcile = z.infer<typeof reconcile>;
export const reconcileAnswer = reconcile.extend({ did: z.string() });

export const reconcileQuery = z.strictObject({ shop: shop.optional(), limit: limit.default(50), cursor });
export const reconcilePage = z.object({
  reconciles: z.array(reconcile).describe('newest first'),
  cursor: nextCursor,
});
export type ReconcilePage = z.infer<typeof reconcilePage>;

export const reconcilePlace = z.strictObject({ id: z.uuid() });
export const reconcileAbort = z.strictObject({ reason });
