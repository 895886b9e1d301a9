import { Schema } from 'mongoose';
import { RECEIVED, type Received } from './received.ts';

/** An event that could not be applied, kept whole until somebody replays or discards it (P7). */
export interface ParkedDocument extends Received {
  /** One sentence for an operator. */
  error: string;
  attempts: number;
  firstAt: Date;
  lastAt: Date;
  state: 'parked' | 'replayed' | 'discarded';
}

export const parkedSchema = new Schema(
  {
    ...RECEIVED,
    error: { type: String, required: true },
    attempts: { type: Number, required: true },
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    state: { type: String, required: true, enum: ['parked', 'replayed', 'discarded'] },
  },
  { collection: 'parked', versionKey: false, strict: true },
);

parkedSchema.index({ state: 1, lastAt: -1 });
