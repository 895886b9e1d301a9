import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';
import { ENVELOPE, type Envelope } from './envelope.ts';

/** An event accepted while Redis could not take it; moved into its mailbox once Redis is available again (P2). */
export interface SpoolDocument extends Envelope {
  unreadable: string | null;
  /** The fingerprint of the delivery: it has not been deduplicated yet. */
  delivery: string | null;
}

export const spoolSchema = new Schema(
  { ...ENVELOPE, unreadable: String, delivery: String } satisfies FieldsOf<SpoolDocument>,
  { collection: 'spool', versionKey: false, strict: true },
);

spoolSchema.index({ receivedAt: 1, _id: 1 });
// For an order's history.
spoolSchema.index({ order: 1 });
