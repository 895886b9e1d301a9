import { z } from 'zod';
import { count, instant, reason } from './base.ts';

/** `<shop>/<order id>`, as messages name it. */
const key = z.string().min(1).max(300);
const version = z.number().int();

/** Orders that the other side has, from a file. */
const held = z.strictObject({
  orders: z.array(z.strictObject({ key, version })).max(1000).describe('sorted by key'),
  after: key
    .nullable()
    .default(null)
    .describe('the last key of the part before; null: this is the first part'),
  isLast: z.boolean().default(true).describe('whether the other side has nothing behind these'),
  at: instant.optional().describe('when the file was made; what was sent since counts as on its way'),
});

export const compareRequest = z.strictObject({
  next: z.string().max(5000).nullable().default(null).describe('`next` of the part before'),
  held: held.optional().describe('instead of reading from the other side'),
});
export type CompareRequest = z.output<typeof compareRequest>;

const difference = z.object({
  order: z.string(),
  found: z
    .enum(['missing', 'older', 'unknown'])
    .describe(
      '`missing`: the other side does not have it; `older`: in an older version; `unknown`: Lockstep does not know it',
    ),
  expected: version.nullable().describe('the version that the other side accepted'),
  held: version.nullable().describe('the version that it has'),
});

export const compared = z.object({
  compared: count.describe('orders in this part'),
  onItsWay: count.describe('orders with effects that are open: they are not differences'),
  unchecked: count.describe('orders whose effects are not kept any more: only that they exist was compared'),
  differences: z.array(difference).describe('by key'),
  next: z.string().nullable().describe('send it to compare the rest; null: this was the last part'),
});
export type ComparedPart = z.infer<typeof compared>;

export const repairRequest = z.strictObject({
  orders: z.array(key).min(1).max(1000),
  reason,
  dryRun: z.boolean().default(false).describe('only counts the orders'),
});
export type RepairRequest = z.output<typeof repairRequest>;

export const repaired = z.object({
  dryRun: z.boolean(),
  effects: count.describe('how many orders are sent again, or would be'),
  onItsWay: count.describe('orders with open effects: they are not sent again'),
  already: count.describe('orders whose newest version was sent again before: replay that effect instead'),
  unknown: count.describe('orders that do not exist here, or whose shop this destination does not get'),
  did: z.string(),
});
export type Repaired = z.infer<typeof repaired>;
