import { Schema } from 'mongoose';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';

const KINDS = ['customers/data_request', 'customers/redact', 'shop/redact'] as const;
const STATES = ['asked', 'working', 'done'] as const;

/** A privacy request from Shopify, and the proof that it was carried out. Has ids only, no names. */
export interface ComplianceDocument {
  /** The event's id. */
  _id: string;
  kind: (typeof KINDS)[number];
  shop: string;
  /** Shopify's id of the customer; null for a shop. */
  customer: string | null;
  /** Order ids that Shopify named, and orders of the customer found after the request was done. */
  orders: string[];
  receivedAt: Date;
  /** 30 days after `receivedAt`. */
  dueAt: Date;
  state: (typeof STATES)[number];
  /** What was redacted so far, by collection; the last pass finds nothing. */
  counts: Record<string, number>;
  /** How many passes there were, when the last one ended, and where an unfinished one continues. */
  passes: number;
  passedAt: Date | null;
  cursor: string | null;
  /** When the pass that found nothing ended; for a data request, when its export was handed over. */
  doneAt: Date | null;
  /** Why there was nothing to do, if so. */
  because: string | null;
  /** For a data request: when the export was handed over, and by whom. */
  exports: { at: Date; who: string }[];
  /** For a data request: the next-page cursors in pages that were handed over. */
  pages?: string[];
}

const handedOver = { _id: false, at: Date, who: String } satisfies SubfieldsOf<
  ComplianceDocument['exports'][number]
>;

export const complianceSchema = new Schema(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true, enum: KINDS },
    shop: { type: String, required: true },
    customer: String,
    orders: [String],
    receivedAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    state: { type: String, required: true, enum: STATES },
    counts: { type: Schema.Types.Mixed, required: true, default: {} },
    passes: { type: Number, required: true, default: 0 },
    passedAt: Date,
    cursor: String,
    doneAt: Date,
    because: String,
    exports: { type: [handedOver], default: [] },
    pages: { type: [String], default: undefined },
  } satisfies FieldsOf<ComplianceDocument>,
  { collection: 'compliance', versionKey: false, strict: true, minimize: false },
);

complianceSchema.index({ state: 1, dueAt: 1 });
complianceSchema.index({ shop: 1, state: 1, dueAt: 1 });
complianceSchema.index({ shop: 1, customer: 1 });
complianceSchema.index({ shop: 1, orders: 1 });
// Every worker queries every 5 s which shops have redactions.
complianceSchema.index({ kind: 1, shop: 1, receivedAt: -1 });
