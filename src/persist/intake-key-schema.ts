import { Schema } from 'mongoose';
import type { EventId } from '../order/identity.ts';
import type { FieldsOf } from './fields-of.ts';

/**
 * An idempotency key, and the event that it stands for. It is written before the event is deposited, and has all that
 * makes the deposit of a repeated request the same. The key itself and the data are not in it.
 */
export interface IntakeKeyDocument {
  /** The hash of shop, source and key. */
  _id: string;
  /** The hash of what was sent. */
  content: string;
  event: EventId;
  shop: string;
  receivedAt: Date;
  occurredAt: string;
  /** The name of the token. */
  source: string;
  public: string[];
}

export const intakeKeySchema = new Schema(
  {
    _id: { type: String, required: true },
    content: { type: String, required: true },
    event: { type: String, required: true },
    shop: { type: String, required: true },
    receivedAt: { type: Date, required: true },
    occurredAt: { type: String, required: true },
    source: String,
    public: [String],
  } satisfies FieldsOf<IntakeKeyDocument>,
  { collection: 'intake_keys', versionKey: false, strict: true },
);

/** Keys expire by this index; see collections.ts. */
export const INTAKE_KEYS_TTL_INDEX = { receivedAt: 1 } as const;
/** Keys are kept as long as the journal, and at least so long. */
export const INTAKE_KEY_DAYS = 30;
