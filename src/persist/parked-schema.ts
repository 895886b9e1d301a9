import { Schema } from 'mongoose';
import { PARKED_STATES, type ParkedState } from '../system/states.ts';
import type { FieldsOf } from './fields-of.ts';
import { ENVELOPE, type Envelope } from './envelope.ts';

/** An event that could not be applied, kept whole until it is replayed or discarded (P7). */
export interface ParkedDocument extends Envelope {
  /** One sentence for an operator. */
  error: string;
  /** The same without ids and numbers (cause.ts). */
  cause: string;
  /** Search terms for its order: ids and names (order-names.ts). */
  calledBy: string[];
  attempts: number;
  firstAt: Date;
  lastAt: Date;
  state: ParkedState;
  replays?: number;
  /** The run that replayed it last, and when. */
  replay?: string;
  replayedAt?: Date;
  /** The action that discarded it, by its name in the audit, and when. */
  discardedAs?: string;
  discardedAt?: Date;
  /** Numbers of the audit entries of its replays and its discard. Absent until then. */
  acts?: number[];
  /** When personal data, or the whole payload, was removed. */
  redactedAt?: Date;
}

export const parkedSchema = new Schema(
  {
    ...ENVELOPE,
    error: { type: String, required: true },
    cause: { type: String, required: true },
    calledBy: { type: [String], default: undefined },
    attempts: { type: Number, required: true },
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    state: { type: String, required: true, enum: PARKED_STATES },
    replays: Number,
    replay: String,
    replayedAt: Date,
    discardedAs: String,
    discardedAt: Date,
    acts: { type: [Number], default: undefined },
    redactedAt: Date,
  } satisfies FieldsOf<ParkedDocument>,
  { collection: 'parked', versionKey: false, strict: true },
);

parkedSchema.index({ state: 1, lastAt: -1, _id: -1 });
/** Groups are counted from this index alone. */
export const PARKED_GROUP_INDEX = {
  state: 1,
  cause: 1,
  topic: 1,
  shop: 1,
  lastAt: 1,
  firstAt: 1,
  _id: 1,
} as const;
parkedSchema.index(PARKED_GROUP_INDEX);
parkedSchema.index({ replay: 1, state: 1 }, { partialFilterExpression: { replay: { $exists: true } } });
parkedSchema.index({ acts: 1 }, { partialFilterExpression: { acts: { $exists: true } } });
// For the count of an order's parked events, and for redactions: a shop's orders are a range.
parkedSchema.index({ order: 1, state: 1 });
// For the search.
parkedSchema.index({ webhookId: 1 });
parkedSchema.index({ calledBy: 1 }, { partialFilterExpression: { calledBy: { $exists: true } } });
/** Parked events expire by this index, whatever happened to them, after JOURNAL_RETENTION_DAYS. */
export const PARKED_TTL_INDEX = { lastAt: 1 } as const;
