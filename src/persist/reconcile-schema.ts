import { Schema } from 'mongoose';

const STATES = ['asked', 'running', 'done', 'failed', 'aborted'] as const;

/** What a pass finds of an order. */
export const FOUND = ['missing', 'stale', 'differs', 'stuck', 'gone'] as const;
export type Found = (typeof FOUND)[number];

/** One pass over a shop's orders at Shopify. The record is the job: whoever runs it goes on where it stood. */
export interface ReconcileDocument {
  /** A random UUID. */
  _id: string;
  shop: string;
  /** `pages`: by updated_at, page by page; `bulk`: a bulk operation, for the first backfill. */
  how: 'pages' | 'bulk';
  /** Changed at Shopify from … up to …; null: everything there is. */
  since: Date | null;
  until: Date;
  /** A dry run writes nothing but this record. */
  dryRun: boolean;
  /** Who asked, and why; `schedule` of itself. */
  who: string;
  reason: string;
  state: (typeof STATES)[number];
  askedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Where the next page begins (Shopify's endCursor), or the bulk operation's id and its line. */
  cursor: string | null;
  checked: number;
  missing: number;
  stale: number;
  /** Of the same second as Shopify's, with other facts. */
  differs: number;
  /** Differ, and Shopify's answer was applied already. */
  stuck: number;
  /** Held here as live, and not known to Shopify. */
  gone: number;
  /** Points of the Admin API's budget that it cost. */
  points: number;
  /** The first hundred orders that were not as Shopify has them. */
  found: {
    order: string;
    what: (typeof FOUND)[number];
    /** Null where Shopify does not know the order. */
    updatedAt: Date | null;
    heldAt: Date | null;
    /** What differs, in words. */
    facts: string[];
  }[];
  /** Why it failed. */
  because: string | null;
}

export const reconcileSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    how: { type: String, required: true, enum: ['pages', 'bulk'] },
    since: Date,
    until: { type: Date, required: true },
    dryRun: { type: Boolean, required: true },
    who: { type: String, required: true },
    reason: { type: String, required: true },
    state: { type: String, required: true, enum: STATES },
    askedAt: { type: Date, required: true },
    startedAt: Date,
    endedAt: Date,
    cursor: String,
    checked: { type: Number, required: true, default: 0 },
    missing: { type: Number, required: true, default: 0 },
    stale: { type: Number, required: true, default: 0 },
    differs: { type: Number, required: true, default: 0 },
    stuck: { type: Number, required: true, default: 0 },
    gone: { type: Number, required: true, default: 0 },
    points: { type: Number, required: true, default: 0 },
    found: {
      type: [{ _id: false, order: String, what: String, updatedAt: Date, heldAt: Date, facts: [String] }],
      default: [],
    },
    because: String,
  },
  { collection: 'reconciles', versionKey: false, strict: true },
);

reconcileSchema.index({ shop: 1, askedAt: -1, _id: -1 });
// Whose turn the schedule has seen to.
reconcileSchema.index({ who: 1, askedAt: -1, shop: 1 });
reconcileSchema.index({ askedAt: -1, _id: -1 });
// Those that are to be run.
reconcileSchema.index(
  { state: 1, askedAt: 1 },
  { partialFilterExpression: { state: { $in: ['asked', 'running'] } } },
);
/** Passes that have ended are kept so long; one that has not ended has no end of life. */
export const RECONCILE_TTL_INDEX = { endedAt: 1 } as const;
export const RECONCILE_RETENTION_DAYS = 90;
