import { z } from 'zod';
import { count, cursor, LARGEST_PAGE, nextCursor, reason, shop } from './base.ts';
import { difference } from './verify.ts';

/** A dry run needs no reason: it changes nothing. */
export const rebuildRequest = z.union([
  z.strictObject({ dryRun: z.literal(true), reason: reason.optional() }),
  z.strictObject({ dryRun: z.literal(false).default(false), reason }),
]);

export const rebuildLook = z.object({
  dryRun: z.literal(true),
  order: z.string(),
  events: count.describe('events in its journal, which a rebuild applies again'),
  parked: count.describe('parked events of the order: they are not included'),
  needed: z.boolean().describe('false: the order agrees with its journal and with ORDER_BODY'),
  from: z
    .enum(['journal', 'document'])
    .describe(
      '`document`: the journal no longer has every event, and the order is rewritten from its stored document',
    ),
  differences: z.array(difference).describe('fields that would change, at most 20'),
  changes: z
    .array(z.string())
    .describe('what would change besides fields, in words: its body, or the form in which it is stored'),
  damage: z.array(z.string()).describe('fields that cannot be read, in words'),
  refused: z.string().nullable().describe('why it cannot be rebuilt; null: it can be'),
});
export type RebuildLook = z.infer<typeof rebuildLook>;

export const rebuildAnswer = z.union([rebuildLook, z.object({ did: z.string().describe('what was done') })]);

const which = {
  shop: shop.optional(),
  after: cursor.describe('the cursor of the previous page'),
  limit: z.number().int().min(1).max(LARGEST_PAGE).default(100),
};
/** Many orders, a page per request. */
export const rebuildsRequest = z.union([
  z.strictObject({ ...which, dryRun: z.literal(true), reason: reason.optional() }),
  z.strictObject({ ...which, dryRun: z.literal(false).default(false), reason }),
]);

const rebuildPage = z.object({
  looked: count.describe('orders in this page'),
  needed: count.describe('orders that are not in line with their journals, this version and ORDER_BODY'),
  rebuilt: count.describe('rewritten; in a dry run 0'),
  unchanged: count,
  refusals: count.describe('orders for which something could not be done'),
  refused: z
    .array(z.object({ order: z.string(), because: z.string() }))
    .describe('the first 20 of them, with the reason'),
  cursor: nextCursor,
});
export type RebuildPage = z.infer<typeof rebuildPage>;

export const rebuildsAnswer = rebuildPage.extend({
  did: z.string().optional().describe('what was done; absent in a dry run'),
});
