import { Schema } from 'mongoose';
import type { CommittedChange } from '../order/effects.ts';
import { EFFECT_STATES, type EffectState } from '../system/states.ts';
import type { FieldsOf } from './fields-of.ts';

/** How the last attempt ended. */
export interface Receipt {
  at: Date;
  /** What the other side answered, in one word or number. */
  answer: string;
  ms: number;
}

/**
 * What a change sets off at one destination. It has ids and statuses; the message is made when it is sent, so a customer
 * who was redacted meanwhile is not in it.
 */
export interface EffectDocument extends Pick<
  CommittedChange,
  'version' | 'index' | 'sequence' | 'event' | 'topic' | 'before' | 'after'
> {
  /** Calculated from destination and change, so that an effect exists once: the key that receivers see. */
  _id: string;
  destination: string;
  order: string;
  shop: string;
  /** Of its event; null: none, or not known when it was routed. */
  webhookId: string | null;
  /** The change arrived late: the order already had newer ones. */
  late: boolean;
  occurredAt: Date;
  /** Made by a backfill: sent after what is live. */
  backfilled?: true;
  state: EffectState;
  /** Present until it is done or skipped. */
  open?: true;
  attempts: number;
  /** Attempts of the current schedule: a replay starts with 0. */
  failures: number;
  /** When the next attempt is due; null: never, or an operator decides. */
  dueAt: Date | null;
  lastError: string | null;
  /** Why it was skipped, or what an operator should know of its end. */
  because: string | null;
  createdAt: Date;
  /** When an attempt began whose end is not known yet; only if the destination must not get a message twice. */
  sentAt: Date | null;
  receipt: Receipt | null;
  /** When it was done or skipped. */
  doneAt: Date | null;
  /** The effect whose handler set it off, or made the change; absent: not known. */
  causedBy?: string | null;
  /** A handler set it off, with a body of its own. */
  hasBody?: true;
  /** JSON text; null: a redaction emptied it. */
  body?: string | null;
  /** Of a handler that wrote to Shopify: the times that its order had there after that. */
  wrote?: Date[];
  /** Of such a handler: how many handlers led to it, one after another. */
  depth?: number;
  /** An operator asked for it: it runs, whatever caused it. */
  isAsked?: true;
  /** When an operator last sent it again: it may end after later ones. */
  replayedAt?: Date;
}

const receipt = { _id: false, at: Date, answer: String, ms: Number } as const;

export const effectSchema = new Schema(
  {
    _id: { type: String, required: true },
    destination: { type: String, required: true },
    order: { type: String, required: true },
    shop: { type: String, required: true },
    webhookId: String,
    version: Number,
    index: Number,
    sequence: Number,
    event: String,
    topic: String,
    before: Schema.Types.Mixed,
    after: Schema.Types.Mixed,
    late: Boolean,
    occurredAt: Date,
    backfilled: Boolean,
    state: { type: String, enum: EFFECT_STATES },
    open: Boolean,
    attempts: Number,
    failures: Number,
    dueAt: Date,
    lastError: String,
    because: String,
    createdAt: Date,
    sentAt: Date,
    receipt: { type: receipt, default: null },
    doneAt: Date,
    causedBy: String,
    hasBody: Boolean,
    body: String,
    wrote: { type: [Date], default: undefined },
    depth: Number,
    isAsked: Boolean,
    replayedAt: Date,
  } satisfies FieldsOf<EffectDocument>,
  { collection: 'effects', versionKey: false, strict: true, minimize: false },
);

/** A lane: the open effects of an order at a destination, in sequence. */
export const LANES_INDEX = { open: 1, destination: 1, order: 1, version: 1, index: 1 } as const;
effectSchema.index(LANES_INDEX, { partialFilterExpression: { open: true } });
// What is due, for the sweeper.
effectSchema.index({ open: 1, destination: 1, dueAt: 1 }, { partialFilterExpression: { open: true } });
// Of an order.
effectSchema.index({ order: 1, version: 1, index: 1 });
// Lists, newest first.
effectSchema.index({ createdAt: -1, _id: -1 });
effectSchema.index({ destination: 1, state: 1, createdAt: -1, _id: -1 });
// Which handler changed an order at Shopify at a time.
effectSchema.index({ order: 1, wrote: 1 }, { partialFilterExpression: { wrote: { $exists: true } } });
/** Done and skipped effects expire by this index; open ones never do. */
export const EFFECTS_TTL_INDEX = { doneAt: 1 } as const;
