import { Schema } from 'mongoose';
import type { CommitRecord } from '../order/commit-record.ts';
import type { FieldsOf } from './fields-of.ts';

/** A commit in the outbox, until it is in a block of the feed; then a tombstone, so that it is not inserted again. */
export interface OutboxDocument {
  /** `<order>#<version>@<time of the commit, ms since 1970>` */
  _id: string;
  order: string;
  version: number;
  /** Absent: the commit is in a block. */
  pending?: true;
  record?: CommitRecord;
  /** The time of its block. */
  numberedAt?: Date;
}

export const outboxSchema = new Schema(
  {
    _id: { type: String, required: true },
    order: { type: String, required: true },
    version: { type: Number, required: true },
    pending: Boolean,
    record: Schema.Types.Mixed,
    numberedAt: Date,
  } satisfies FieldsOf<OutboxDocument>,
  { collection: 'changes_outbox', versionKey: false, strict: true, minimize: false },
);

// For the sequencer: pending commits by order and version.
outboxSchema.index({ pending: 1, order: 1, version: 1 }, { partialFilterExpression: { pending: true } });
/** Tombstones expire by this index; commits that are not in a block never do. */
export const TOMBSTONE_TTL_INDEX = { numberedAt: 1 } as const;
/** Far longer than a stopped process keeps its connection to MongoDB. */
export const TOMBSTONE_DAYS = 7;
