import { Schema } from 'mongoose';
import type { Outcome } from '../order/order.ts';
import { RECEIVED, type Received } from './received.ts';

/** A journal entry: what became of one event, and why. Written once (P8). */
export interface EventDocument extends Received {
  occurredAt: Date | null;
  appliedAt: Date;
  outcome: Outcome;
  because: string | null;
  /** Place in the order's history, from 1; null for a parked event, which has none. */
  sequence: number | null;
  duplicates: number;
}

export const eventSchema = new Schema(
  {
    ...RECEIVED,
    occurredAt: Date,
    appliedAt: { type: Date, required: true },
    outcome: { type: String, required: true },
    because: String,
    sequence: Number,
    duplicates: Number,
  },
  { collection: 'events', versionKey: false, strict: true },
);

eventSchema.index({ order: 1, sequence: 1 });
/** The journal's end of life is on this index; its length is a setting (see collections.ts). */
export const JOURNAL_TTL_INDEX = { appliedAt: 1 } as const;
