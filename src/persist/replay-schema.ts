import { Schema } from 'mongoose';
import type { ReplayState } from '../system/states.ts';
import type { FieldsOf } from './fields-of.ts';

/** One replay of parked events. `_id` comes from the client: the same id means the same replay. */
export interface ReplayDocument {
  _id: string;
  startedAt: Date;
  endedAt: Date | null;
  who: string;
  reason: string;
  rate: number;
  /** The shops of its events. Absent: it selected events of every shop. */
  shops?: string[];
  /** A hash of the selection. */
  asked: string;
  /** The audit entry of the action that began it. Absent if the action has none. */
  entry?: number;
  state: ReplayState;
  because: string | null;
  total: number;
  replayed: number;
  /** Events that were parked again and then claimed by a later replay. */
  parkedAgain?: number;
  /** The last heartbeat of its process. */
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
    shops: { type: [String], default: undefined },
    asked: { type: String, required: true },
    entry: Number,
    state: { type: String, required: true },
    because: String,
    total: { type: Number, required: true },
    replayed: { type: Number, required: true },
    parkedAgain: Number,
    beatAt: { type: Date, required: true },
  } satisfies FieldsOf<ReplayDocument>,
  { collection: 'replays', versionKey: false, strict: true },
);

replaySchema.index({ startedAt: -1 });
