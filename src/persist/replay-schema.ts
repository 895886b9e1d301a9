import { Schema } from 'mongoose';

/** One replay of parked events. `_id` is the client's: the same again is the same replay. */
export interface ReplayDocument {
  _id: string;
  startedAt: Date;
  endedAt: Date | null;
  who: string;
  reason: string;
  rate: number;
  /** Tells the selection from any other. Older documents have none, nor the next. */
  asked?: string;
  /** Of the audit, for the act that began it. */
  entry?: number;
  state: 'running' | 'done' | 'aborted' | 'stopped' | 'interrupted';
  because: string | null;
  total: number;
  replayed: number;
  /** Parked again, and taken by a later replay since. */
  parkedAgain?: number;
  /** When its process last said that it goes on. */
  beatAt: Date;
}

export const replaySchema = new Schema(
  {
    _id: { type: String, required: true },
    startedAt: { type: Date, required: true },
    endedAt: Date,
    who: { type: String, required: true },
    reason: { type: String, required: true },
    rate: { type: Number, required: true },
    asked: String,
    entry: Number,
    state: { type: String, required: true },
    because: String,
    total: { type: Number, required: true },
    replayed: { type: Number, required: true },
    parkedAgain: Number,
    beatAt: { type: Date, required: true },
  },
  { collection: 'replays', versionKey: false, strict: true },
);

replaySchema.index({ startedAt: -1 });
