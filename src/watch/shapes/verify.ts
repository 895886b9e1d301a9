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
  damaged: count.describe('the document or a journal entry cannot be read'),
});

/** A field of an order that is not what its journal makes of it. */
export const difference = z.object({
  field: z.string().describe('`facts.totalPrice`; a member of a list by its id: `refunds.#929361466.status`'),
  stored: z.string().nullable().describe('what MongoDB holds; null: nothing. Personal values are masked'),
  rebuilt: z.string().nullable().describe('what the journal makes of it; null: nothing'),
});

/** A page of orders, each compared with its journal. All findings zero: nothing is wrong. */
export const verifiedPage = findings.extend({
  orders: count,
  events: count,
  moving: count.describe('committed while they were looked at: verify again'),
  tooOld: count.describe('their first events are no longer in the journal'),
  tooLarge: count.describe('too many or too large events to be checked here'),
  wrong: z.array(
    z.object({
      order: z.string(),
      findings,
      differences: z.array(difference).describe('where its state is wrong, at most 20'),
      damage: z.array(z.string()).describe('`order.applied: expected a list, found text`'),
    }),
  ),
  cursor: nextCursor,
});
export type VerifiedPage = z.infer<typeof verifiedPage>;
