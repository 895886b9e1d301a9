import { Schema } from 'mongoose';
import { HANDLER_STEP_KINDS, type HandlerStepKind } from '../system/states.ts';
import type { FieldsOf } from './fields-of.ts';

/**
 * A step of a handler that does not run again, or the decision to undo the steps. A result is what the user's code
 * returned: a redaction of the order empties it.
 */
export interface HandlerStepDocument {
  /** `<effect>/<round>/<name>`: a step is kept once. */
  _id: string;
  effect: string;
  order: string;
  /** Counts the replays of a handler whose steps were undone: each begins with new steps. */
  round: number;
  name: string;
  kind: HandlerStepKind;
  /** The sequence in which the steps of a round were kept. */
  number: number;
  /** JSON text; null: nothing was returned. Of `undo`: why. */
  result: string | null;
  /** Whether the handler can undo it. Of `undo`: whether the handler asked for it. */
  canUndo: boolean;
  /** When it was undone. Of `undo`: when all steps were. */
  undoneAt: Date | null;
  /** Of `undo`: a replay has begun another round. */
  isOver?: true;
  /** Of the handler that ran it. */
  version: number;
  keptAt: Date;
  /** When the effect ended. */
  endedAt: Date | null;
}

export const handlerStepSchema = new Schema(
  {
    _id: { type: String, required: true },
    effect: { type: String, required: true },
    order: String,
    round: Number,
    number: Number,
    name: String,
    kind: { type: String, enum: HANDLER_STEP_KINDS },
    result: String,
    canUndo: Boolean,
    undoneAt: Date,
    isOver: Boolean,
    version: Number,
    keptAt: Date,
    endedAt: Date,
  } satisfies FieldsOf<HandlerStepDocument>,
  { collection: 'handler_steps', versionKey: false, strict: true, minimize: false },
);

// The steps of an effect, in the sequence in which they were kept.
handlerStepSchema.index({ effect: 1, round: 1, number: 1 });
// Of orders, for redactions.
handlerStepSchema.index({ order: 1 });
/** Steps of effects that have ended expire by this index; others never do. */
export const HANDLER_STEPS_TTL_INDEX = { endedAt: 1 } as const;
