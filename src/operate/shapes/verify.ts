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

const effectProblem = z.object({
  what: z
    .enum(['missing', 'twice', 'outOfSequence', 'stuck'])
    .describe('`stuck`: it has not ended, and is in no lane; or it has ended, and is in one'),
  destination: z.string(),
  order: z.string(),
  event: z.string().nullable(),
  effect: z.string().nullable().describe('null: it does not exist'),
});
export type EffectProblem = z.infer<typeof effectProblem>;

/** What orders set off, compared with their journals. */
const effects = z.object({
  checked: count,
  missing: count.describe('an applied event has no effect at a destination that wants it'),
  twice: count.describe('an event has two effects at a destination'),
  outOfSequence: count.describe('one was done before an earlier one of its order'),
  stuck: count.describe('one has not ended, and will not be sent'),
  wrong: z.array(effectProblem).describe('the first 20 for each 50 orders'),
});
export type VerifiedEffects = z.infer<typeof effects>;

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
  effects,
  cursor: nextCursor,
});
export type VerifiedPage = z.infer<typeof verifiedPage>;
