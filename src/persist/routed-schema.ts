import { Schema } from 'mongoose';
import type { FieldsOf } from './fields-of.ts';

/** Up to which block of the change feed effects exist. */
export interface RoutedDocument {
  _id: 'effects';
  block: number;
  /** The blocks that expired before they were routed, if that ever happened. */
  missed: { from: number; to: number; at: Date } | null;
}

export const routedSchema = new Schema(
  {
    _id: { type: String, required: true },
    block: { type: Number, required: true },
    missed: { type: Schema.Types.Mixed, default: null },
  } satisfies FieldsOf<RoutedDocument>,
  { collection: 'effects_routed', versionKey: false, strict: true, minimize: false },
);
