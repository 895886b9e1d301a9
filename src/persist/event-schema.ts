import { Schema } from 'mongoose';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';
import { OUTCOMES, type Outcome } from '../order/outcomes.ts';
import { ENVELOPE, type Envelope } from './envelope.ts';

/** An event's outcome before it was replayed. */
interface Earlier {
  outcome: Outcome;
  because: string | null;
  at: Date;
}

/** A journal entry: what happened to one event, and why (P8). Written once, and updated after a replay. */
export interface EventDocument extends Envelope {
  occurredAt: Date | null;
  appliedAt: Date;
  outcome: Outcome;
  because: string | null;
  /** Values of the body that could not be read and were left out; absent if there are none. */
  notes?: string[];
  /** Place in the order's history, from 1; null for a parked event. */
  sequence: number | null;
  duplicates: number;
  /** The worker (host:pid) that drained it, and since when it held the order's lock; absent if the entry has expired. */
  worker?: string | null;
  lockedAt?: Date | null;
  /** When personal data, or the whole payload, was removed. */
  redactedAt?: Date;
  /** Earlier outcomes; absent if there are none. */
  earlier?: Earlier[];
}

const earlier = {
  _id: false,
  outcome: String,
  because: String,
  at: Date,
} satisfies SubfieldsOf<Earlier>;

export const eventSchema = new Schema(
  {
    ...ENVELOPE,
    occurredAt: Date,
    appliedAt: { type: Date, required: true },
    outcome: { type: String, required: true },
    because: String,
    notes: { type: [String], default: undefined },
    sequence: Number,
    duplicates: Number,
    worker: String,
    lockedAt: Date,
    redactedAt: Date,
    earlier: { type: [earlier], default: undefined },
  } satisfies FieldsOf<EventDocument>,
  { collection: 'events', versionKey: false, strict: true },
);

/** All outcomes except `applied`, which nearly all entries have. */
export const RARE_OUTCOMES = OUTCOMES.filter((outcome) => outcome !== 'applied');

eventSchema.index({ order: 1, sequence: 1 });
// For the search (operate/stories/event-search.ts). Together they raise an insert from 35 to 53 µs of MongoDB's time
// (bulks of 100, embedded engine), and take 115 bytes per entry.
eventSchema.index({ webhookId: 1 });
eventSchema.index({ shop: 1, appliedAt: 1 });
eventSchema.index({ topic: 1, appliedAt: 1 });
eventSchema.index(
  { outcome: 1, appliedAt: 1 },
  { partialFilterExpression: { outcome: { $in: RARE_OUTCOMES } } },
);
/** Journal entries expire by this index; the period is a setting (see collections.ts). */
export const JOURNAL_TTL_INDEX = { appliedAt: 1 } as const;
