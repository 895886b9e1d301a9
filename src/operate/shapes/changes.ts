import { z } from 'zod';
import { APPLIED_OUTCOMES } from '../../order/outcomes.ts';
import { STATUSES } from '../../order/status.ts';
import { instant, shop } from './base.ts';

/** At most 25 s: proxies often cut a silent connection after 30 s. */
const LONGEST_WAIT_SECONDS = 25;
/** 1,000 changes are about 500 kB. */
const MOST_CHANGES = 1000;

const topics = z
  .string()
  .max(2000)
  .transform((text) => text.split(',').map((topic) => topic.trim()))
  .optional()
  .describe('comma-separated');

export const changeQuery = z.strictObject({
  after: z
    .string()
    .max(1000)
    .optional()
    .describe('the cursor of the last change that was read; `head`: only changes from now on; absent: all'),
  shop: shop.optional(),
  topic: topics,
  topics,
  limit: z.coerce.number().int().min(1).max(MOST_CHANGES).default(100),
  wait: z.coerce
    .number()
    .min(0)
    .max(LONGEST_WAIT_SECONDS)
    .default(0)
    .describe('seconds to wait if there is no change'),
});

const statuses = z.object({
  status: z.enum(STATUSES),
  financialStatus: z.string().nullable(),
  fulfillmentStatus: z.string().nullable(),
});

export const change = z.object({
  cursor: z.string().describe('opaque; as `after`, it continues after this change'),
  order: z.string().describe('`<shop>/<order id>`'),
  shop: z.string(),
  orderId: z.string(),
  version: z
    .number()
    .int()
    .describe("the order's version after this commit; a commit may have several events"),
  sequence: z
    .number()
    .int()
    .nullable()
    .describe("place in the history of the order; null for Lockstep's own commits"),
  topic: z.string().describe("Shopify's topic, `lockstep/rebuilt` or `lockstep/redacted`"),
  event: z.string().nullable(),
  outcome: z.enum(APPLIED_OUTCOMES).nullable(),
  occurredAt: instant,
  committedAt: instant,
  changed: z.array(z.string()).describe('fields of the order that the whole commit changed'),
  before: statuses.nullable().describe('null: the order did not exist'),
  after: statuses,
});
export type Change = z.input<typeof change>;

export const changePage = z.object({
  changes: z.array(change).describe('oldest first; the changes of one order in sequence'),
  cursor: z.string().describe('where to continue'),
});
