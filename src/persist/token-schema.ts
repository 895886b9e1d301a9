import { Schema } from 'mongoose';
import type { Role } from '../system/roles.ts';
import type { FieldsOf } from './fields-of.ts';

/**
 * A token that was created over the API, or used. `_id` comes from a hash of its signed part (system/tokens.ts); the
 * token itself is never stored.
 */
export interface TokenDocument {
  _id: string;
  name: string;
  /** Null: revoked by its id before it was ever used. */
  role: Role | null;
  /** The shops that it is bound to. Absent: all. */
  shops?: string[];
  /** `session`: in the cookie of a signed-in page. `once`: the code of a one-time link, recorded when it is used. */
  kind: 'token' | 'session' | 'once';
  /** The id of the token that this one was derived from, or its own id. Absent if it was revoked before its first use. */
  root?: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
  /** When a one-time link was used. */
  usedAt: Date | null;
}

export const tokenSchema = new Schema(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    role: String,
    shops: { type: [String], default: undefined },
    kind: { type: String, required: true },
    root: String,
    firstSeenAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    revokedAt: Date,
    revokedBy: String,
    usedAt: Date,
  } satisfies FieldsOf<TokenDocument>,
  { collection: 'tokens', versionKey: false, strict: true },
);

// Every process queries revoked tokens every 5 s.
tokenSchema.index({ revokedAt: -1 });
tokenSchema.index({ kind: 1, firstSeenAt: -1 });
// Deleted a day after expiry: the token can no longer be used.
tokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 86_400 });
