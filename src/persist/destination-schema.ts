import { Schema } from 'mongoose';
import type { EffectRule } from '../order/effects.ts';
import type { Sealed } from '../system/cipher.ts';
import { DESTINATION_KINDS, type DestinationKind, type KindSettings } from '../system/destination-kinds.ts';
import type { PauseWindow } from '../system/pause-windows.ts';
import {
  DESTINATION_STATES,
  IN_DOUBT_POLICIES,
  PAUSED_BY,
  type DestinationState,
  type InDoubtPolicy,
  type PausedBy,
  type Priority,
} from '../system/states.ts';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';
import { SEALED } from './session-schema.ts';

/** At most `max` messages in `durationMs`, over all publishers. */
interface Rate {
  max: number;
  durationMs: number;
}

/** Pages over HTTP, or rows of a query, with the key and the version of each order. */
type ReadBack = { kind: 'http'; url: string } | { kind: 'sql'; query: string };

/** A handler's destination has this and the handler's name as its name; no other destination may. */
export const HANDLER_PREFIX = 'handler-';

/** What is known of a handler's code. */
export interface HandlerCode {
  /** The newest version that a publisher had. */
  version: number;
  /** When a publisher that has this version last ran. */
  seenAt: Date;
}

/** Sends the history of orders to a destination (docs/effects.md): what was asked for, and how far it is. */
export interface Backfill {
  /** Different for each one. */
  id: string;
  /** Only changes committed since then; null: from the beginning. */
  from: Date | null;
  /** When it was started. */
  since: Date;
  /** The time of the newest block of the feed then: later blocks have what is live. */
  after: Date | null;
  /** All orders up to this key have their history. */
  position: string;
  /** Orders up to the position, of about how many; null: not counted yet. */
  orders: number;
  about: number | null;
  /** Effects that it made up to the position. */
  effects: number;
  movedAt: Date | null;
  /** Null: it is not finished. */
  endedAt: Date | null;
}

/** Where effects go, and under which conditions. */
export interface DestinationDocument extends EffectRule {
  /** Its name. */
  _id: string;
  /** Different for a destination of the same name that was made after this one was deleted. */
  uid: string;
  /** It gets the changes after this block of the feed. */
  afterBlock: number;
  kind: DestinationKind;
  /** Of HTTP; null: the kind's address is in its settings or credentials. */
  url: string | null;
  /** Only of a handler. */
  handler?: HandlerCode;
  /** Answers whether a message has arrived; `{id}` in it stands for the effect's id. */
  probeUrl: string | null;
  /** How what the other side has is read, to compare it; absent in documents that are older than that. */
  readBack?: ReadBack | null;
  /** Whether its address may be in a private network. */
  allowPrivate: boolean;
  /** What only its kind has; absent in documents that are older than kinds. */
  settings?: KindSettings[DestinationKind];
  /** Encrypted: a password, token or secret address of its kind. */
  credentials?: Sealed | null;
  /** JSONata over the message: nothing is sent if it is not true. */
  filter: string | null;
  /** JSONata over the message: its result is sent. */
  transform: string | null;
  /** For all topics, or by topic; other topics are `normal`. */
  priority: Priority | Record<string, Priority>;
  concurrency: number;
  rate: Rate | null;
  /** Orders per second of a backfill; absent in documents that are older. */
  backfillRate?: number;
  /** While one of them is open, nothing is sent; absent in documents that are older. */
  pauseWindows?: PauseWindow[];
  /** Changes from then on set off nothing; null: it has no end. Absent in documents that are older. */
  until?: Date | null;
  timeoutMs: number;
  inDoubt: InDoubtPolicy;
  /** Each is encrypted. The first is the newest; messages are signed with all of them. */
  secrets: Sealed[];
  state: DestinationState;
  /** Why it is paused. */
  because: string | null;
  pausedBy?: PausedBy | null;
  /** An effect that waits for longer needs an operator; absent in older documents: {@link ALERT_AFTER_MS}. */
  alertAfterMs?: number;
  createdAt: Date;
  changedAt: Date;
  /** Since when `on` and `shops` are as they are, and it has not ended; absent in documents that are older. */
  rulesSince?: Date;
  /** Counts changes: publishers notice them by it. */
  revision: number;
  /** The last one; absent: none. */
  backfill?: Backfill;
}

const handler = { _id: false, version: Number, seenAt: Date } satisfies SubfieldsOf<HandlerCode>;
const rate = { _id: false, max: Number, durationMs: Number } satisfies SubfieldsOf<Rate>;

const backfill = {
  _id: false,
  id: String,
  from: Date,
  since: Date,
  after: Date,
  position: String,
  orders: Number,
  about: Number,
  effects: Number,
  movedAt: Date,
  endedAt: Date,
} satisfies SubfieldsOf<Backfill>;

export const destinationSchema = new Schema(
  {
    _id: { type: String, required: true },
    uid: { type: String, required: true },
    afterBlock: { type: Number, required: true },
    kind: { type: String, enum: DESTINATION_KINDS, required: true },
    url: String,
    handler: { type: handler, default: undefined },
    probeUrl: String,
    readBack: { type: Schema.Types.Mixed, default: null },
    allowPrivate: Boolean,
    settings: { type: Schema.Types.Mixed, default: null },
    credentials: { type: SEALED, default: null },
    on: [String],
    shops: { type: [String], default: null },
    filter: String,
    transform: String,
    priority: Schema.Types.Mixed,
    concurrency: Number,
    rate: { type: rate, default: null },
    backfillRate: Number,
    pauseWindows: { type: [Schema.Types.Mixed], default: undefined },
    until: Date,
    timeoutMs: Number,
    inDoubt: { type: String, enum: IN_DOUBT_POLICIES },
    secrets: [SEALED],
    state: { type: String, enum: DESTINATION_STATES },
    because: String,
    pausedBy: { type: String, enum: PAUSED_BY },
    alertAfterMs: Number,
    createdAt: Date,
    changedAt: Date,
    rulesSince: Date,
    revision: Number,
    backfill: { type: backfill, default: undefined },
  } satisfies FieldsOf<DestinationDocument>,
  { collection: 'destinations', versionKey: false, strict: true, minimize: false },
);
