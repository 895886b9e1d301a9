import { z } from 'zod';
import { count, eventId, instant, LARGEST_PAGE, limit, reason } from './base.ts';

/** A privacy request from Shopify: ids only, no names. */
export const complianceRequest = z.object({
  id: z.string().describe('the id of its event'),
  kind: z.enum(['customers/data_request', 'customers/redact', 'shop/redact']),
  shop: z.string(),
  customer: z.string().nullable().describe("Shopify's id; null for a shop"),
  orders: z.array(z.string()).describe('ids of the orders that Shopify named; the customer may have more'),
  receivedAt: instant,
  dueAt: instant.describe('30 days after it was received'),
  state: z.enum(['asked', 'working', 'done']),
  counts: z.record(z.string(), count).describe('what was redacted, by collection'),
  passes: count.describe('passes over all data so far; the last pass of a redaction finds nothing'),
  doneAt: instant.nullable(),
  because: z.string().nullable().describe('why there was nothing to do'),
  exports: z.array(z.object({ at: instant, who: z.string() })),
});
export type ComplianceRequest = z.infer<typeof complianceRequest>;

export const complianceQuery = z.strictObject({
  state: z.enum(['open', 'done']).default('open'),
  limit: limit.default(LARGEST_PAGE),
});
export const complianceList = z.object({
  requests: z.array(complianceRequest).describe('soonest due first'),
  more: z.boolean().describe('whether there are more than are shown'),
});
export type ComplianceList = z.infer<typeof complianceList>;

export const compliancePath = z.strictObject({ id: eventId });

export const exportRequest = z.strictObject({
  reason,
  after: z.string().max(300).optional().describe('the `next` of the previous page'),
});
export const exportAnswer = z.object({
  did: z.string(),
  orders: z.array(
    z.object({
      order: z.string(),
      kept: z.record(z.string(), z.unknown()).nullable().describe('the stored order'),
      events: z.array(
        z.object({
          event: z.string(),
          topic: z.string(),
          receivedAt: instant,
          outcome: z.string(),
          body: z.string().describe('as Shopify sent it'),
        }),
      ),
    }),
  ),
  next: z
    .string()
    .nullable()
    .describe('where the next page starts; null: this was the last page, and the request is done'),
});
export type ExportAnswer = z.infer<typeof exportAnswer>;
