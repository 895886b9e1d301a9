import { z } from 'zod';
import { count, reason } from './base.ts';
import { difference } from './verify.ts';

/** A dry run needs no reason: it changes nothing. */
export const rebuildRequest = z.union([
  z.strictObject({ dryRun: z.literal(true), reason: reason.optional() }),
  z.strictObject({ dryRun: z.literal(false).default(false), reason }),
]);

const rebuildLook = z.object({
  dryRun: z.literal(true),
  order: z.string(),
  events: count.describe('events in its journal, which a rebuild applies again'),
  parked: count.describe('parked events of the order: they are not included'),
  needed: z.boolean().describe('false: the order agrees with its journal'),
  differences: z.array(difference).describe('fields that would change, at most 20'),
  damage: z.array(z.string()).describe('fields that cannot be read, in words'),
  refused: z.string().nullable().describe('why it cannot be rebuilt; null: it can be'),
});
export type RebuildLook = z.infer<typeof rebuildLook>;

export const rebuildAnswer = z.union([rebuildLook, z.object({ did: z.string().describe('what was done') })]);
