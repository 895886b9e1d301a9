import { z } from 'zod';
import { count, milliseconds } from './base.ts';

export const queue = z.object({
  partition: count,
  paused: z.boolean(),
  jobs: z.object({ active: count, waiting: count, delayed: count, failed: count }),
  waitingEvents: count,
  waitingOrders: count,
  oldestWaitMs: milliseconds,
  workers: count,
});
export type Queue = z.infer<typeof queue>;
export const queueList = z.object({
  queues: z.array(queue),
  /** Events a second over the last 10 s, over all queues; null until known. */
  inPerSecond: z.number().nullable(),
  outPerSecond: z.number().nullable(),
});
export type QueueList = z.infer<typeof queueList>;
/** A partition's number, or `all`. */
export const queuePlace = z.strictObject({
  partition: z.string().regex(/^(all|\d{1,4})$/, 'must be a partition number or all'),
});
