import { Schema } from 'mongoose';
import type { Sealed } from '../system/cipher.ts';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';

/** A session of @shopify/shopify-api: a shop's tokens, encrypted. Unencrypted fields are for lookups and display. */
export interface SessionDocument {
  /** The library's id: `offline_<shop>`. */
  _id: string;
  shop: string;
  /** The whole session, encrypted with AES-256-GCM. */
  sealed: Sealed;
  expires: Date | null;
  refreshExpires: Date | null;
  storedAt: Date;
}

/** An encrypted text. */
export const SEALED = {
  _id: false,
  key: String,
  iv: Buffer,
  tag: Buffer,
  text: Buffer,
} as const satisfies SubfieldsOf<Sealed>;

export const sessionSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    sealed: { type: SEALED, required: true },
    expires: Date,
    refreshExpires: Date,
    storedAt: { type: Date, required: true },
  } satisfies FieldsOf<SessionDocument>,
  { collection: 'sessions', versionKey: false, strict: true },
);

sessionSchema.index({ shop: 1 });
// For key rotation.
sessionSchema.index({ 'sealed.key': 1 });
