import { Schema } from 'mongoose';

/** An event taken while Redis was away; moved into its mailbox when Redis is back (P2). */
export interface SpoolDocument {
  _id: string;
  order: string;
  topic: string;
  webhookId: string | null;
  triggeredAt: string | null;
  receivedAt: Date;
  unreadable: string | null;
  /** The raw body, as it came. */
  body: Buffer;
}

export const spoolSchema = new Schema(
  {
    _id: { type: String, required: true },
    order: { type: String, required: true },
    topic: { type: String, required: true },
    webhookId: String,
    triggeredAt: String,
    receivedAt: { type: Date, required: true },
    unreadable: String,
    body: { type: Buffer, required: true },
  },
  { collection: 'spool', versionKey: false, strict: true },
);

spoolSchema.index({ receivedAt: 1, _id: 1 });
