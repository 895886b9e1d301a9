import { Schema } from 'mongoose';
import { CHECK_STATES, INCOMPLETE_KINDS, type CheckState, type IncompleteKind } from '../system/states.ts';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';

/** A comparison of how many orders of a period exist here and at Shopify. If its process dies, another one repeats it. */
export interface CompletenessDocument extends Counted {
  /** A random UUID. */
  _id: string;
  shop: string;
  /** First and last day, `2026-10-01`, in the shop's time zone. */
  from: string;
  to: string;
  who: string;
  reason: string;
  state: CheckState;
  askedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Why it failed. */
  because: string | null;
}

/** What a check found; everything is null or empty until it has ended. */
export interface Counted {
  /** The shop's time zone: `America/New_York`. */
  zone: string | null;
  /** Orders created in the period that are not deleted, test orders included. */
  here: number | null;
  atShopify: number | null;
  /** Orders of the period that are deleted here. Shopify counts no deleted orders. */
  deletedHere: number | null;
  /** Test orders, which are also in `here` and in `atShopify`. */
  testHere: number | null;
  testAtShopify: number | null;
  comparedAt: Date | null;
  /** Days on which the numbers differ. */
  days: { day: string; startsAt: Date; here: number; atShopify: number }[];
  /** The first orders that are missing on either side. */
  found: { order: string; day: string; what: IncompleteKind }[];
  /** Days with different numbers whose orders were not looked up. */
  daysNotListed: number;
}

const day = {
  _id: false,
  day: String,
  startsAt: Date,
  here: Number,
  atShopify: Number,
} satisfies SubfieldsOf<Counted['days'][number]>;

const found = {
  _id: false,
  order: String,
  day: String,
  what: { type: String, enum: INCOMPLETE_KINDS },
} satisfies SubfieldsOf<Counted['found'][number]>;

export const completenessSchema = new Schema(
  {
    _id: { type: String, required: true },
    shop: { type: String, required: true },
    from: { type: String, required: true },
    to: { type: String, required: true },
    who: { type: String, required: true },
    reason: { type: String, required: true },
    state: { type: String, required: true, enum: CHECK_STATES },
    askedAt: { type: Date, required: true },
    startedAt: Date,
    endedAt: Date,
    zone: String,
    here: Number,
    atShopify: Number,
    deletedHere: Number,
    testHere: Number,
    testAtShopify: Number,
    comparedAt: Date,
    days: { type: [day], default: [] },
    found: { type: [found], default: [] },
    daysNotListed: { type: Number, required: true, default: 0 },
    because: String,
  } satisfies FieldsOf<CompletenessDocument>,
  { collection: 'completeness', versionKey: false, strict: true },
);

// Checks are kept: each is a statement about a period. For lists, newest first.
completenessSchema.index({ shop: 1, askedAt: -1, _id: -1 });
completenessSchema.index({ askedAt: -1, _id: -1 });
// For checks to run.
completenessSchema.index(
  { state: 1, askedAt: 1 },
  { partialFilterExpression: { state: { $in: ['asked', 'running'] } } },
);
