import { Schema } from 'mongoose';
import { PASS_STATES, type DriftKind, type PassState } from '../system/states.ts';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';

/** A reconciliation pass over the orders of one shop, and its progress. If its process dies, another one continues it. */
export interface ReconcileDocument {
  /** A random UUID. */
  _id: string;
  shop: string;
  /** `pages`: by updated_at, page by page; `bulk`: a bulk operation, for the first backfill. */
  how: 'pages' | 'bulk';
  /** Only orders changed at Shopify in this range; `since` null: all orders up to `until`. */
  since: Date | null;
  until: Date;
  /** A dry run writes nothing but this record. */
  dryRun: boolean;
  /** Who requested it, and why; `schedule` for scheduled passes. */
  who: string;
  reason: string;
  state: PassState;
  askedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Where the next page begins (Shopify's endCursor), or the bulk operation's id and its line. */
  cursor: string | null;
  checked: number;
  missing: number;
  stale: number;
  /** Orders from the same second as Shopify's, with other facts. */
  differs: number;
  /** Orders that differ although Shopify's answer was already applied. */
  stuck: number;
  /** Orders that exist here and that Shopify does not know. */
  gone: number;
  /**
   * Orders that the pass repaired, or marked as deleted. If its process dies, repairs since the last stored progress
   * are not counted.
   */
  repaired: number;
  /** Points of the Admin API's budget that the pass used. */
  points: number;
  /** The first hundred orders that differ from Shopify's. */
  found: {
    order: string;
    what: DriftKind;
    /** Null if Shopify does not know the order. */
    updatedAt: Date | null;
    heldAt: Date | null;
    /** What differs, in words. */
    facts: string[];
  }[];
  /** Why it failed. */
  because: string | null;
}

const found = {
  _id: false,
  order: String,
  what: String,
  updatedAt: Date,
  heldAt: Date,
  facts: [String],
} satisfies SubfieldsOf<ReconcileDocument['found'][number]>;

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
    state: { type: String, required: true, enum: PASS_STATES },
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
    repaired: { type: Number, required: true, default: 0 },
    points: { type: Number, required: true, default: 0 },
    found: { type: [found], default: [] },
    because: String,
  } satisfies FieldsOf<ReconcileDocument>,
  { collection: 'reconciles', versionKey: false, strict: true },
);

reconcileSchema.index({ shop: 1, askedAt: -1, _id: -1 });
// For shops that the schedule has already handled.
reconcileSchema.index({ who: 1, askedAt: -1, shop: 1 });
reconcileSchema.index({ askedAt: -1, _id: -1 });
// For passes to run.
reconcileSchema.index(
  { state: 1, askedAt: 1 },
  { partialFilterExpression: { state: { $in: ['asked', 'running'] } } },
);
/** Ended passes expire by this index; open ones never do. */
export const RECONCILE_TTL_INDEX = { endedAt: 1 } as const;
export const RECONCILE_RETENTION_DAYS = 90;
