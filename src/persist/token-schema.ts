import { Schema } from 'mongoose';

/** A token that was minted over the API, or seen. `_id`: from a hash of what is signed (sign-in/tokens.ts); never the token. */
export interface TokenDocument {
  _id: string;
  /** Its id of before ids came from what is signed. */
  formerId?: string;
  name: string;
  /** Null: revoked by its id before anybody saw it. */
  role: 'viewer' | 'operator' | 'admin' | null;
  /** A session is what the cookie of a signed-in page holds; once: the code of a one-time link, written when it is used. */
  kind: 'token' | 'session' | 'once';
  /** The token that it comes from, its own id where it is the first. Older documents have none. */
  root?: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
  /** Of a one-time link: when it was used. */
  usedAt: Date | null;
}

export const tokenSchema = new Schema(
  {
    _id: { type: String, required: true },
    formerId: String,
    name: { type: String, required: true },
    role: String,
    kind: { type: String, required: true },
    root: String,
    firstSeenAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    revokedAt: Date,
    revokedBy: String,
    usedAt: Date,
  },
  { collection: 'tokens', versionKey: false, strict: true },
);

// Every process asks every 5 s which are revoked.
tokenSchema.index({ revokedAt: -1 });
tokenSchema.index({ kind: 1, firstSeenAt: -1 });
// Forgotten a day after it is over: nobody can use it any more.
tokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 86_400 });
