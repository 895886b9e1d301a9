import { z } from 'zod';
import { DRIFT_KINDS, PASS_STATES } from '../../system/states.ts';
import { count, cursor, instant, limit, nextCursor, reason, shop } from './base.ts';

/** A time span before now: `90min`, `2h`, `3d`. */
const DURATION = /^(\d{1,5})(min|h|d)$/;
const UNIT_MS = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time, or a time span before now; evaluated when it is used. */
const since = z.union([
  z.iso.datetime({ offset: true }).transform((text) => () => new Date(text)),
  z
    .string()
    .regex(DURATION, 'must be a time (2026-11-21T12:00:00Z) or a time span before now (90min, 2h, 3d)')
    .transform((text) => (now: number) => new Date(now - durationMs(text))),
]);

function durationMs(text: string): number {
  const [, number, unit] = DURATION.exec(text) ?? [];
  return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

export const reconcileRequest = z
  .strictObject({
    shop,
    since: since.optional().describe('orders that changed at Shopify since then'),
    all: z.literal(true).optional().describe('instead of since: all orders'),
    dryRun: z.boolean().default(true).describe('only compares; deposits nothing'),
    reason,
  })
  .refine((asked) => (asked.since === undefined) !== (asked.all === undefined), 'give either since or all');

export const reconcile = z.object({
  id: z.string(),
  shop: z.string(),
  how: z.enum(['pages', 'bulk']),
  since: instant.nullable().describe('null: all orders'),
  until: instant,
  dryRun: z.boolean(),
  who: z.string().describe('`schedule`: started automatically'),
  reason: z.string(),
  state: z.enum(PASS_STATES).describe('asked: the app program starts it within seconds'),
  askedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  checked: count,
  missing: count,
  stale: count,
  differs: count.describe('same time as at Shopify, other values'),
  stuck: count.describe("still differ after Shopify's answer was applied: look at the order"),
  gone: count.describe('exist here, unknown to Shopify'),
  repaired: count.describe('repaired, or marked as deleted; always 0 in a dry run'),
  points: z.number().describe("points of the Admin API's budget that were used"),
  found: z
    .array(
      z.object({
        order: z.string(),
        what: z.enum(DRIFT_KINDS),
        updatedAt: instant.nullable().describe('at Shopify; null: unknown to Shopify'),
        heldAt: instant.nullable(),
        facts: z.array(z.string()).describe('the fields that differ'),
      }),
    )
    .describe('the first 100'),
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
