import { z } from 'zod';
import { count, cursor, LARGEST_PAGE, limit, nextCursor, shop, since } from './base.ts';

export const verifyQuery = z.strictObject({
  shop: shop.optional(),
  since,
  limit: limit.default(LARGEST_PAGE),
  cursor,
});

const findings = z.object({
  appliedTwice: count,
  inversions: count,
  wrongState: count,
  unexplained: count,
});

/** A page of orders, each held against its journal. All findings zero: nothing is wrong. */
export const verifiedPage = findings.extend({
  orders: count,
  events: count,
  moving: count.describe('committed while they were looked at: verify again'),
  tooOld: count.describe('their first events are no longer in the journal'),
  wrong: z.array(z.object({ order: z.string(), findings })),
  cursor: nextCursor,
});
