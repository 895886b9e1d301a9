import { Schema } from 'mongoose';

/** One act of a person. `_id` counts from 1; each holds the hash of the one before it, so that a gap or a change shows. */
export interface AuditDocument {
  _id: number;
  at: Date;
  who: string;
  role: 'none' | 'viewer' | 'operator' | 'admin';
  action: string;
  target: string;
  reason: string | null;
  /** The id of the token by which it was done, and of the one that this comes from, where it is another. */
  token?: string | null;
  root?: string | null;
  /** SHA-256 over the fields above and the hash of the entry before. */
  hash: string;
  outcome: 'begun' | 'done' | 'refused' | 'failed';
  detail: string | null;
  /** SHA-256 over `hash`, outcome and detail; null while begun. */
  sealed: string | null;
}

export const auditSchema = new Schema(
  {
    _id: { type: Number, required: true },
    at: { type: Date, required: true },
    who: { type: String, required: true },
    role: { type: String, required: true },
    action: { type: String, required: true },
    target: { type: String, required: true },
    reason: String,
    token: String,
    root: String,
    hash: { type: String, required: true },
    outcome: { type: String, required: true },
    detail: String,
    sealed: String,
  },
  { collection: 'audit', versionKey: false, strict: true },
);

auditSchema.index({ target: 1, _id: -1 });
auditSchema.index({ action: 1, _id: -1 });
auditSchema.index({ who: 1, _id: -1 });
// What was left begun: a few at most.
auditSchema.index({ outcome: 1, at: 1 }, { partialFilterExpression: { outcome: 'begun' } });
