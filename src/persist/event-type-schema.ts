import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';

/** A type of events from other systems, as an admin registered it. */
export interface EventTypeDocument {
  /** `<source>/<name>` */
  _id: string;
  /** JSON Schema of the data, as JSON text: its keys may contain `$` and `.`. */
  dataSchema: string;
  /** JSON Pointers to data that is not private. */
  public: string[];
  createdAt: Date;
  changedAt: Date;
  /** Counts changes. */
  revision: number;
}

export const eventTypeSchema = new Schema(
  {
    _id: { type: String, required: true },
    dataSchema: { type: String, required: true },
    public: [String],
    createdAt: Date,
    changedAt: Date,
    revision: Number,
  } satisfies FieldsOf<EventTypeDocument>,
  { collection: 'event_types', versionKey: false, strict: true },
);
