import { Schema } from 'mongoose';
import type { Outcome } from '../order/order.ts';
import { RECEIVED, type Received } from './received.ts';

/** What an event was before it was replayed. */
interface Earlier {
  outcome: Outcome;
  because: string | null;
  at: Date;
}

/** A journal entry: what became of one event, and why. Written once (P8); once more when it was parked and replayed. */
export interface EventDocument extends Received {
  occurredAt: Date | null;
  appliedAt: Date;
  outcome: Outcome;
  because: string | null;
  /** What of its body could not be read, and was left out; only where there is any. */
  notes?: string[];
  /** Place in the order's history, from 1; null for a parked event, which has none. */
  sequence: number | null;
  duplicates: number;
  /** Whose drain it was (host:pid), and since when that had the order's lock. Older entries do not say. */
  worker?: string | null;
  lockedAt?: Date | null;
  /** When its payload was freed of persons, or all of it. */
  redactedAt?: Date;
  /** Only where it was something else before. */
  earlier?: Earlier[];
}

export const eventSchema = new Schema(
  {
    ...RECEIVED,
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
    earlier: { type: [{ _id: false, outcome: String, because: String, at: Date }], default: undefined },
  },
  { collection: 'events', versionKey: false, strict: true },
);

/** Everything but applied, which nearly all are. */
export const RARE_OUTCOMES = ['stale', 'unchanged', 'late', 'parked'] as const;

eventSchema.index({ order: 1, sequence: 1 });
// What people search by (watch/event-search.ts). Together they make an insert 53 µs of MongoDB's time instead of
// 35 (bulks of 100, embedded engine), and take 115 bytes an entry.
eventSchema.index({ webhookId: 1 });
eventSchema.index({ shop: 1, appliedAt: 1 });
eventSchema.index({ topic: 1, appliedAt: 1 });
eventSchema.index(
  { outcome: 1, appliedAt: 1 },
  { partialFilterExpression: { outcome: { $in: RARE_OUTCOMES } } },
);
/** The journal's end of life is on this index; its length is a setting (see collections.ts). */
export const JOURNAL_TTL_INDEX = { appliedAt: 1 } as const;
