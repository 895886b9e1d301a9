import { Schema } from 'mongoose';
import { ENVELOPE } from './envelope.ts';
import type { FieldsOf } from './fields-of.ts';
import type { SpoolDocument } from './spool-schema.ts';

/** The second home of an accepted event that waits in Redis; deleted when the event is in the journal (P2). */
export interface ReceiptDocument extends SpoolDocument {
  /** When to look whether Redis still has the event. */
  lookAt: Date;
}

export const receiptSchema = new Schema(
  {
    ...ENVELOPE,
    unreadable: String,
    delivery: String,
    lookAt: { type: Date, required: true },
  } satisfies FieldsOf<ReceiptDocument>,
  { collection: 'receipts', versionKey: false, strict: true },
);

receiptSchema.index({ lookAt: 1 });
// For an order's history, and for redaction.
receiptSchema.index({ order: 1 });
