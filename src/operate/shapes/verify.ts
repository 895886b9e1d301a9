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

/** A field of an order that does not agree with its journal. */
export const difference = z.object({
  field: z.string().describe('`totalPrice`; a member of a list by its id: `refunds.#929361466.status`'),
  stored: z.string().nullable().describe('the value in MongoDB; null: none. Personal values are masked'),
  rebuilt: z.string().nullable().describe('the value rebuilt from the journal; null: none'),
});

/** A page of orders, each compared with its journal. If all findings are zero, nothing is wrong. */
export const verifiedPage = findings.extend({
  orders: count,
  events: count,
  moving: count.describe('changed during the check: verify again'),
  tooOld: count.describe('their first events are no longer in the journal'),
  tooLarge: count.describe('not checked: too many or too large events'),
  wrong: z.array(
    z.object({
      order: z.string(),
      findings,
      differences: z.array(difference).describe('the fields in which its state is wrong, at most 20'),
      damage: z.array(z.string()).describe('`order.applied: expected a list, found text`'),
    }),
  ),
  cursor: nextCursor,
});
export type VerifiedPage = z.infer<typeof verifiedPage>;
