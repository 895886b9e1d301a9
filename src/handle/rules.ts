import { z } from 'zod';
import { isTrigger } from '../order/effects.ts';
import { PRIORITIES } from '../system/states.ts';

/** What a handler's code may say about when and how it runs. */
const priority = z.enum(PRIORITIES);
const trigger = z.string().max(100).refine(isTrigger, 'not a topic of an order, `status:<status>`, or `*`');
const shop = z.string().regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'not <name>.myshopify.com');
/** Each run takes a process. */
const MOST_CONCURRENT = 32;
/** As for other destinations: a publisher that stops waits for runs. */
const LONGEST_MS = 120_000;

const rules = z.strictObject({
  // With `handler-`, a destination's name.
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,54}$/, 'not a name: lower-case letters, digits and dashes, 55 at most'),
  version: z.number().int().min(1).default(1),
  on: z
    .union([trigger, z.array(trigger).min(1).max(100)])
    .transform((one) => (typeof one === 'string' ? [one] : one)),
  shops: z.array(shop).min(1).max(1000).nullable().default(null),
  priority: z.union([priority, z.record(z.string().max(100), priority)]).default('normal'),
  concurrency: z.number().int().min(1).max(MOST_CONCURRENT).default(4),
  rate: z
    .strictObject({
      max: z.number().int().min(1).max(100_000),
      durationMs: z.number().int().min(100).max(3_600_000),
    })
    .nullable()
    .default(null),
  echo: z.boolean().default(false),
  timeoutMs: z.number().int().min(100).max(LONGEST_MS).default(30_000),
  run: z.literal('function', 'not a function'),
});

/** The rules of a handler, with the defaults of what is absent. */
export type HandlerRules = Omit<z.output<typeof rules>, 'run'>;

/** @param options of `handler()`, with the type of `run` instead of the function */
export function readRules(
  options: unknown,
): { ok: true; rules: HandlerRules } | { ok: false; because: string } {
  const reading = rules.safeParse(options);
  if (reading.success) {
    const { run: _, ...read } = reading.data;
    return { ok: true, rules: read };
  }
  const [issue] = reading.error.issues;
  return {
    ok: false,
    because: `${issue?.path.join('.') || 'its options'}: ${issue?.message ?? 'not valid'}`,
  };
}
