import { Schema } from 'mongoose';
import type { CommitRecord } from '../order/commit-record.ts';
import type { FieldsOf } from './fields-of.ts';

/** A commit in a block. `_id` is its id in the outbox. */
interface BlockCommit extends CommitRecord {
  _id: string;
  order: string;
}

/** A numbered block of the change feed. The numbers begin with 1 and have no gap. A block never changes. */
export interface BlockDocument {
  _id: number;
  /** When it was numbered; never earlier than the block before it. */
  at: Date;
  /** The time of the next block. The newest block has none, so it never expires, and the numbers never start over. */
  followedAt?: Date;
  shops: string[];
  topics: string[];
  commits: BlockCommit[];
}

export const blockSchema = new Schema(
  {
    _id: { type: Number, required: true },
    at: { type: Date, required: true },
    followedAt: Date,
    shops: [String],
    topics: [String],
    commits: [Schema.Types.Mixed],
  } satisfies FieldsOf<BlockDocument>,
  { collection: 'changes', versionKey: false, strict: true, minimize: false },
);

blockSchema.index({ shops: 1, _id: 1 });
/** Blocks expire by this index; the period is a setting (see collections.ts). */
export const CHANGES_TTL_INDEX = { followedAt: 1 } as const;
