import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';

/** A program that others must know about, even while it is not running. Written when it starts. */
export interface ProgramDocument {
  _id: 'app';
  startedAt: Date;
}

export const programSchema = new Schema(
  {
    _id: { type: String, required: true },
    startedAt: { type: Date, required: true },
  } satisfies FieldsOf<ProgramDocument>,
  { collection: 'programs', versionKey: false, strict: true },
);
