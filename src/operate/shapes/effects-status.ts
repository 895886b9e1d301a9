import { z } from 'zod';
import { CIRCUIT_STATES } from '../../system/destination-signs.ts';
import { DESTINATION_STATES, PAUSED_BY } from '../../system/states.ts';
import { count, instant, milliseconds } from './base.ts';
import { openWindow, phase } from './pause-windows.ts';

/** Whether a destination is sent to, over all publishers. */
export const circuit = z.object({
  state: z
    .enum([...CIRCUIT_STATES, 'not_asked'])
    .describe(
      'open: it is down or asked for a pause, and nothing is sent; half_open: some orders try whether it works again; not_asked: the destination is paused or has ended',
    ),
  since: instant.nullable(),
  pausedForMs: milliseconds.describe('for how long nothing is sent'),
  because: z.string().nullable(),
});

export const oldestEffect = z.object({
  order: z.string(),
  name: z.string().nullable(),
  waitMs: milliseconds,
  heldMs: milliseconds.describe('of this, for how long a pause window was open'),
  lastError: z.string().nullable(),
});

/** A destination, as far as the headline depends on it. Counts end at 10,000. */
const ofDestination = z.object({
  name: z.string(),
  state: z.enum(DESTINATION_STATES),
  phase,
  window: openWindow.nullable().describe('null: it is not paused by a window'),
  pausedBy: z.enum(PAUSED_BY).nullable(),
  because: z.string().nullable().describe('why it is paused'),
  alertAfterMs: milliseconds,
  orders: count.describe('orders with open effects'),
  waiting: count,
  failing: count,
  sleeping: count,
  inDoubt: count,
  parked: count,
  oldest: oldestEffect.nullable().describe('without those about which an operator must decide'),
  lastError: z.string().nullable(),
  perSecond: z.number().nullable().describe('effects that ended per second, over the last minute'),
  circuit: circuit.nullable().describe('null while Redis is down'),
  problem: z.string().nullable().describe('why a publisher cannot open it'),
});

/** What waits at destinations. */
export const effectsStatus = z.object({
  publishers: count.nullable().describe('running; null: unknown'),
  missed: z
    .object({ from: z.number().int(), to: z.number().int(), agoMs: milliseconds })
    .nullable()
    .describe('blocks of the change feed that expired before they were routed'),
  problems: z
    .array(z.object({ name: z.string(), because: z.string() }))
    .describe('files with handlers that cannot be loaded'),
  destinations: z.array(ofDestination).describe('by name, at most 100'),
});
export type EffectsStatus = z.infer<typeof effectsStatus>;
