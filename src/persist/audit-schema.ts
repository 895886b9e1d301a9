import { Schema } from 'mongoose';
import type { AuditedRole } from '../system/roles.ts';
import type { ActOutcome } from '../system/states.ts';
import type { FieldsOf } from './fields-of.ts';

/** One operator action. `_id` counts from 1. Each hash covers the one before, so a gap or a change is detected. */
export interface AuditDocument {
  _id: number;
  at: Date;
  who: string;
  role: AuditedRole;
  action: string;
  target: string;
  reason: string | null;
  /** The id of the token that was used, and of the token it was derived from, if that is another. */
  token?: string | null;
  root?: string | null;
  /** SHA-256 over the fields above and the hash of the previous entry. */
  hash: string;
  outcome: ActOutcome;
  detail: string | null;
  /** SHA-256 over `hash`, outcome and detail; null while begun. */
  sealed: string | null;
  /** The signature over `hash`, outcome, detail and seal (audit-signer.ts). Absent until it is signed, within seconds. */
  signed?: string | null;
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
    signed: String,
  } satisfies FieldsOf<AuditDocument>,
  { collection: 'audit', versionKey: false, strict: true },
);

auditSchema.index({ target: 1, _id: -1 });
auditSchema.index({ action: 1, _id: -1 });
auditSchema.index({ who: 1, _id: -1 });
// Actions that are still `begun`: a few at most.
auditSchema.index({ outcome: 1, at: 1 }, { partialFilterExpression: { outcome: 'begun' } });
// Every 5 s, the dashboard looks for entries that were signed as begun and have ended.
auditSchema.index({ signed: 1, _id: 1 });
