import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';

/** An order whose history a publisher made before the scan reached it, because a live effect was to be sent. */
export interface BackfilledLaneDocument {
  /** `<id of the backfill>#<order>` */
  _id: string;
  backfill: string;
  at: Date;
}

export const backfilledLaneSchema = new Schema(
  {
    _id: { type: String, required: true },
    backfill: { type: String, required: true },
    at: Date,
  } satisfies FieldsOf<BackfilledLaneDocument>,
  { collection: 'effects_backfilled', versionKey: false, strict: true },
);

// To delete those of a backfill that has ended.
backfilledLaneSchema.index({ backfill: 1 });
