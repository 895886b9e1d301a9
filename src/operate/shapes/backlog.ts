import { z } from 'zod';
import { count, instant, milliseconds } from './base.ts';
import { circuit, oldestEffect } from './effects-status.ts';

/** What waits at a destination, how fast it is sent, and why it is not. */
export const backlog = z.object({
  orders: count.describe('orders with open effects; 10,000 means at least as many'),
  oldest: oldestEffect
    .nullable()
    .describe('the effect that has been waiting longest, without those about which an operator must decide'),
  perSecond: z
    .number()
    .nullable()
    .describe(
      'effects that were sent or refused by the filter, per second over the last minute; null: unknown',
    ),
  behind: count.describe(
    'waiting effects behind one of their order that failed, is parked or in doubt: they are sent after it',
  ),
  goneInMs: milliseconds
    .nullable()
    .describe('when what can be sent now will have been sent, at the speed of the last 10 s; null: unknown'),
  goneUnknown: z.string().nullable().describe('why goneInMs is not known'),
  circuit: circuit.nullable().describe('null: Redis is down'),
  errors: z
    .array(z.object({ because: z.string(), effects: count, lastAt: instant }))
    .describe('why effects fail now, the most frequent first; of the newest 1,000'),
  problem: z.string().nullable().describe('why a publisher cannot open the destination'),
});
export type Backlog = z.infer<typeof backlog>;
