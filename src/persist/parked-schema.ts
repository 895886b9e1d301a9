import { Schema } from 'mongoose';

/** An event that could not be applied, kept whole until somebody replays or discards it (P7). */
export interface ParkedDocument {
  _id: string;
  shop: string;
  order: string;
  topic: string;
  webhookId: string | null;
  triggeredAt: string | null;
  receivedAt: Date;
  /** One sentence for an operator. */
  error: string;
  attempts: number;
  firstAt: Date;
  lastAt: Date;
  state: 'parked' | 'replayed' | 'discarded';
  /** The raw body, compressed with zstd. */
  payload: Buffer;
}

export const parkedSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    order: { type: String, required: true },
    topic: { type: String, required: true },
    webhookId: String,
    triggeredAt: String,
    receivedAt: { type: Date, required: true },
    error: { type: String, required: true },
    attempts: { type: Number, required: true },
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    state: { type: String, required: true, enum: ['parked', 'replayed', 'discarded'] },
    payload: Buffer,
  },
  { collection: 'parked', versionKey: false, strict: true },
);

parkedSchema.index({ state: 1, lastAt: -1 });
