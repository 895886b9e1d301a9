import { Schema } from 'mongoose';
import type { Outcome } from '../order/order.ts';

/** A journal entry: what became of one event, and why. `_id` is the event id. Written once (P8). */
export interface EventDocument {
  _id: string;
  shop: string;
  /** Its order's key; `<shop>/-` for an event that names no order. */
  order: string;
  topic: string;
  webhookId: string | null;
  /** As Shopify sent it: microseconds, which a Date would lose. */
  triggeredAt: string | null;
  occurredAt: Date | null;
  receivedAt: Date;
  appliedAt: Date;
  outcome: Outcome;
  because: string | null;
  /** Place in the order's history, from 1; null for a parked event, which has none. */
  sequence: number | null;
  duplicates: number;
  /** The raw body, compressed with zstd; never a sub-document, its keys may hold `$` and `.`. */
  payload: Buffer;
}

export const eventSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    order: { type: String, required: true },
    topic: { type: String, required: true },
    webhookId: String,
    triggeredAt: String,
    occurredAt: Date,
    receivedAt: { type: Date, required: true },
    appliedAt: { type: Date, required: true },
    outcome: { type: String, required: true },
    because: String,
    sequence: Number,
    duplicates: Number,
    payload: Buffer,
  },
  { collection: 'events', versionKey: false, strict: true },
);

eventSchema.index({ order: 1, sequence: 1 });
/** The journal's end of life is on this index; its length is a setting (see indexes.ts). */
export const JOURNAL_TTL_INDEX = { appliedAt: 1 } as const;
