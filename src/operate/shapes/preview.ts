import { z } from 'zod';
import { instant } from './base.ts';
import { settings } from './destinations.ts';

export const previewAsked = z.strictObject({
  on: settings.on.default(['*']),
  shops: settings.shops.default(null),
  filter: settings.filter.default(null),
  transform: settings.transform.default(null),
  limit: z.number().int().min(1).max(20).default(10).describe('how many changes'),
});
export type PreviewAsked = z.output<typeof previewAsked>;

const change = z.object({
  order: z.string(),
  name: z.string().nullable(),
  topic: z.string(),
  version: z.number().int(),
  sequence: z.number().int().nullable(),
  occurredAt: instant,
  outcome: z
    .enum(['sent', 'refused', 'failed', 'not tried'])
    .describe('refused: by the filter; not tried: an expression did not end with an earlier one'),
  error: z.string().nullable().describe("JSONata's code, and the place in the expression"),
  sent: z.string().nullable().describe('what would be sent, customer data masked'),
  isCut: z.boolean().describe('`sent` is only its beginning'),
});
export const preview = z.object({
  changes: z.array(change).describe('the newest that match `on` and `shops`, among 50,000 changes at most'),
});
export type Preview = z.infer<typeof preview>;
