import type { Statuses } from '../order/commit-record.ts';
import type { shownOrder } from '../order/shown-order.ts';
import type { Priority } from '../system/states.ts';

/**
 * What a user's own code consists of. This file is loaded into the process that runs that code, so it imports only
 * types.
 */

/** An order as the API answers it; `body` is Shopify's, if ORDER_BODY stores it. */
export type HandlerOrder = ReturnType<typeof shownOrder<MissingEvents>> & { body?: unknown };

interface MissingEvents {
  waitingEvents: number | null;
  parkedEvents: readonly string[];
}

/** The change that set off the handler, as every destination gets it. */
export interface HandlerChange {
  /** The effect's id: the same at every attempt. */
  id: string;
  /** The topic. */
  type: string;
  shop: string;
  order: { key: string; id: string | null; name: string | null };
  sequence: number | null;
  version: number;
  occurredAt: string;
  event: { id: string; webhookId: string | null } | null;
  moved: { from: string | null; to: string } | null;
  before: Statuses | null;
  after: Statuses;
  /** Its event arrived after newer ones. */
  late: boolean;
  causedBy: string | null;
  /** The order as of this change; null if there is none any more. */
  data: HandlerOrder | null;
  /** The order as of this change is no longer known: `data` is newer. */
  dataIsNewer?: true;
}

/** What JSON makes of a value: a step's result is kept as JSON. */
export type AsJson<Value> = Value extends { toJSON: () => infer Made }
  ? Made
  : Value extends string | number | boolean | null | undefined
    ? Value
    : Value extends (...parameters: never[]) => unknown
      ? undefined
      : Value extends object
        ? { [Key in keyof Value]: AsJson<Value[Key]> }
        : Value;

/** What a step's function gets. */
export interface StepTools {
  /** Never changes, however often the step is repeated: give it to the other system as its idempotency key. */
  key: string;
  /** Aborted when the run's time is over. */
  signal: AbortSignal;
}

export interface StepOptions<Result> {
  /** Undoes the step, if the handler fails for good or throws {@link Undo}. Is repeated with the same key, too. */
  compensate?: (result: Result, tools: StepTools) => unknown;
}

/** Runs a function once, and keeps its result: a later run gets it back. */
export type Step = <Value>(
  name: string,
  run: (tools: StepTools) => Value | Promise<Value>,
  options?: StepOptions<AsJson<Value>>,
) => Promise<AsJson<Value>>;

/** Sets off a message once per run: it is a step. @returns the id of the message */
export type SetOff = (
  destination: string,
  /** JSON, at most 64 kB: the message's `data`. */
  body: unknown,
  options?: {
    /** Default: the number of the call. Calls that a later version moves need a name. */
    name?: string;
  },
) => Promise<string>;

/** The Admin API of the order's shop. */
export interface HandlerShopify {
  /** @returns the answer's `data` @throws ShopifyError */
  graphql: <Data = unknown>(query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;
}

/** Writes to the publisher's log. Customer data does not belong there. */
export type HandlerLog = Record<'info' | 'warn' | 'error', (text: string, fields?: LogFields) => void>;
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface HandlerContext {
  change: HandlerChange;
  /** The newest state of the order; after a sleep, it may be newer than the change. Null if it was deleted here. */
  order: HandlerOrder | null;
  /** The statuses before the change; null if it created the order. */
  before: Statuses | null;
  step: Step;
  /** Ends this run. At that time, the handler runs again from its steps. */
  sleepUntil: (time: Date) => Promise<void>;
  /** Sets off a message at another destination, in this order's sequence there. */
  effect: SetOff;
  shopify: HandlerShopify;
  /** Aborted when the run's time is over. */
  signal: AbortSignal;
  log: HandlerLog;
}

export interface HandlerOptions {
  /** Lower-case letters, digits and dashes. Its destination is `handler-<name>`. */
  name: string;
  /** Count it up when a change must not run beside the old code: the newest deployed version runs. Default: 1. */
  version?: number;
  /** Topics, `status:<new status>`, or `*` for every change. */
  on: string | readonly string[];
  /** Default: all shops. */
  shops?: readonly string[];
  /** For all topics, or by topic. Default: `normal`. */
  priority?: Priority | Readonly<Record<string, Priority>>;
  /** Orders at a time, over all publishers; each takes a process. Default: 4. */
  concurrency?: number;
  /** At most `max` runs in `durationMs`, over all publishers. */
  rate?: { max: number; durationMs: number };
  /** How long a run may take. Default: 30,000. */
  timeoutMs?: number;
  /** Whether it also runs for changes that it made itself, at Shopify. Default: no. */
  echo?: boolean;
  run: (context: HandlerContext) => unknown;
}

/** Known by name: the user's code may load another copy of this file. */
const HANDLER = Symbol.for('lockstep.handler');
const UNDO = Symbol.for('lockstep.undo');

/** A handler. Export it from a module in LOCKSTEP_HANDLERS. */
export interface Handler extends HandlerOptions {
  readonly [HANDLER]: true;
}

export function handler(options: HandlerOptions): Handler {
  return { ...options, [HANDLER]: true };
}

export function isHandler(value: unknown): value is Handler {
  return typeof value === 'object' && value !== null && HANDLER in value;
}

/**
 * Thrown by a handler: its steps are undone, and its effect ends. The reason is shown to operators, so customer data does
 * not belong in it.
 */
export class Undo extends Error {
  override readonly name = 'Undo';
  readonly [UNDO] = true;
}

export function isUndo(error: unknown): error is Undo {
  return typeof error === 'object' && error !== null && UNDO in error;
}
