import { Schema } from 'mongoose';
import { RECEIVED, type Received } from './received.ts';

/** An event taken while Redis could not; moved into its mailbox when Redis is well (P2). */
export interface SpoolDocument extends Received {
  unreadable: string | null;
  /** The fingerprint of the delivery, for the dedupe that it has not been through yet. */
  delivery: string | null;
}

export const spoolSchema = new Schema(
  { ...RECEIVED, unreadable: String, delivery: String },
  { collection: 'spool', versionKey: false, strict: true },
);

spoolSchema.index({ receivedAt: 1, _id: 1 });
// For an order's story.
spoolSchema.index({ order: 1 });
