import { z } from 'zod';
import { EFFECT_STATES, HANDLER_STEP_KINDS } from '../../system/states.ts';
import { count, cursor, instant, limit, nextCursor, reason } from './base.ts';

const HANDLER_STEP_STATES = ['done', 'sleeping', 'undoing', 'undone'] as const;

const effectId = z.string().regex(/^ef_[0-9a-f]{40}$/, 'not the id of an effect');
const destinationName = z.string().min(1).max(63);
/** `<shop>/<order id>` */
const orderText = z.string().min(3).max(300);

export const effect = z.object({
  id: z.string().describe('the same at every attempt; receivers recognise repeats by it'),
  destination: z.string(),
  order: z.string().describe('`<shop>/<order id>`'),
  shop: z.string(),
  version: z.number().int(),
  sequence: z.number().int().nullable(),
  event: z.string().nullable(),
  topic: z.string(),
  state: z.enum(EFFECT_STATES),
  attempts: count,
  lastError: z.string().nullable(),
  because: z.string().nullable().describe('why it was skipped, or what to know of its end'),
  late: z.boolean().describe('its event arrived after newer ones'),
  causedBy: z
    .string()
    .nullable()
    .describe('the effect whose handler set it off, or made the change; null: none, or not known'),
  createdAt: instant,
  dueAt: instant.nullable().describe('when the next attempt is due'),
  doneAt: instant.nullable().describe('when it was done or skipped'),
  receipt: z
    .object({ at: instant, answer: z.string(), ms: z.number().int() })
    .nullable()
    .describe('the last attempt'),
});
export type EffectRow = z.infer<typeof effect>;

export const handlerStep = z.object({
  kind: z.enum(HANDLER_STEP_KINDS).describe('`undo`: the decision to undo the steps before it'),
  name: z.string().describe('as in the code; empty for `undo`'),
  state: z.enum(HANDLER_STEP_STATES),
  round: count.describe('a replay after the steps were undone begins the next round, with new steps'),
  at: instant.describe('when its result was kept, or when it was decided'),
  until: instant.nullable().describe('when the sleep ends'),
  undoneAt: instant.nullable(),
  because: z.string().nullable().describe('why the steps are undone'),
  version: z.number().int().describe('of the handler that ran it'),
});
export type HandlerStepRow = z.infer<typeof handlerStep>;

export const effectPlace = z.strictObject({ id: effectId });
export const effectDetail = effect.extend({
  steps: z.array(handlerStep).describe('of a handler: what has been done, in sequence, without results'),
});
export type EffectDetail = z.infer<typeof effectDetail>;

const filterFields = {
  destination: destinationName.optional(),
  order: orderText.optional(),
  state: z.enum(EFFECT_STATES).optional(),
};

export const effectQuery = z.strictObject({ ...filterFields, limit: limit.default(50), cursor });
export const effectPage = z.object({
  effects: z.array(effect).describe('newest first'),
  cursor: nextCursor,
});
export type EffectPage = z.infer<typeof effectPage>;

export const orderEffects = z.object({
  effects: z.array(effect).describe('in sequence, over all destinations; the newest 1,000'),
});
export type OrderEffects = z.infer<typeof orderEffects>;

const filter = z
  .strictObject(filterFields)
  .refine(
    (fields) => Object.values(fields).some((value) => value !== undefined),
    'name at least one of destination, order and state',
  );

export const effectsRequest = z
  .strictObject({
    ids: z.array(effectId).min(1).max(1000).optional(),
    filter: filter.optional().describe('all effects that match'),
    reason,
    dryRun: z.boolean().default(false).describe('only counts the effects'),
  })
  .refine(
    ({ ids, filter: given }) => (ids === undefined) !== (given === undefined),
    'give either ids or filter',
  );
export type EffectsRequest = z.output<typeof effectsRequest>;

export const undoRequest = z.strictObject({ reason });

export const effectsChanged = z.object({
  dryRun: z.boolean(),
  effects: count.describe('how many were changed, or would be'),
  did: z.string(),
});
export type EffectsChanged = z.infer<typeof effectsChanged>;
