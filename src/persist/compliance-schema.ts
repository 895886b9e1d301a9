import { Schema } from 'mongoose';

const KINDS = ['customers/data_request', 'customers/redact', 'shop/redact'] as const;
const STATES = ['asked', 'working', 'done'] as const;

/** What Shopify asked for a person or a shop, and the proof that it was done. Names nobody: ids only. */
export interface ComplianceDocument {
  /** The event's id. */
  _id: string;
  kind: (typeof KINDS)[number];
  shop: string;
  /** Shopify's id of the customer; null for a shop. */
  customer: string | null;
  /** Order ids that Shopify named. */
  orders: string[];
  receivedAt: Date;
  /** 30 days after. */
  dueAt: Date;
  state: (typeof STATES)[number];
  /** What was redacted so far, by collection; the last pass found nothing. */
  counts: Record<string, number>;
  /** When the pass that found nothing ended. */
  doneAt: Date | null;
  /** A data request: when and by whom the export was handed over. */
  exports: { at: Date; who: string }[];
}

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
    doneAt: Date,
    exports: { type: [{ _id: false, at: Date, who: String }], default: [] },
  },
  { collection: 'compliance', versionKey: false, strict: true, minimize: false },
);

complianceSchema.index({ state: 1, dueAt: 1 });
complianceSchema.index({ shop: 1, customer: 1 });
