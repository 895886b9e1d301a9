import type { HandlerChange, HandlerOptions, HandlerOrder, LogFields } from './handler.ts';
import type { ShopifyFailure } from './shopify-error.ts';

/** A step whose result is known. */
export interface KeptStep {
  name: string;
  kind: 'step' | 'sleep' | 'effect';
  /** JSON text; null: the function returned nothing. */
  result: string | null;
  /** Whether the handler can undo it. */
  canUndo: boolean;
  isUndone: boolean;
  /** Of the handler that ran it. */
  version: number;
}

export type NewStep = Pick<KeptStep, 'name' | 'kind' | 'result' | 'canUndo'>;

/** A message that a handler sets off. */
export interface NewMessage {
  /** Of its step. */
  name: string;
  destination: string;
  /** JSON text. */
  body: string;
}

/** A query to the Admin API of the order's shop. */
export interface ShopifyQuery {
  query: string;
  /** JSON text. */
  variables: string;
}

/** Why the publisher does not do what was asked. */
export type Refused =
  { by: 'lockstep'; because: string } | { by: 'shopify'; code: ShopifyFailure; detail: string | null };

/** What one run gets. It is sent to another process as JSON. */
export interface RunRequest {
  /** The start of every step's key. */
  key: string;
  version: number;
  change: HandlerChange;
  order: HandlerOrder | null;
  /** In the sequence in which they were kept. */
  kept: KeptStep[];
  /** Steps are undone instead of run. */
  undoes: boolean;
  timeoutMs: number;
}

/** What a run needs from outside. */
export interface RunHost {
  /** Stores a step. @returns the result that is stored: another run may have been faster */
  keep: (step: NewStep) => Promise<string | null>;
  keepUndone: (name: string) => Promise<void>;
  /** Sets off a message, and keeps that as a step. @returns its id @throws HandlerMistake */
  setOff: (message: NewMessage) => Promise<string>;
  /** @returns the answer's data, JSON text @throws ShopifyError */
  shopify: (query: ShopifyQuery) => Promise<string>;
  log: (level: 'info' | 'warn' | 'error', text: string, fields: LogFields) => void;
  now: () => number;
  signal: AbortSignal;
}

/** How a run ended. Sent as JSON. */
export type RunReport =
  /** @property unreached kept steps that the code did not ask for any more */
  | { outcome: 'done'; unreached: string[] }
  | { outcome: 'asleep'; until: number }
  | { outcome: 'failed'; because: string; unreached: string[] }
  /** The handler asks that its steps are undone. */
  | { outcome: 'undo'; because: string }
  | { outcome: 'undone' };

/** What a handler says about itself, as its code has it: nothing of it has been checked. */
export interface Described {
  /** The name of its export. */
  exported: string;
  options: Record<keyof HandlerOptions, unknown>;
}

/** What the process that runs handlers is asked. */
export type Asked =
  | { type: 'describe'; file: string }
  | { type: 'run'; file: string; exported: string; request: RunRequest }
  /** The answer to what was asked with this number. */
  | { type: 'answered'; number: number; result: string | null }
  | { type: 'refused'; number: number; refused: Refused }
  /** The run's time is over: `signal` is aborted. */
  | { type: 'abort' };

/** What it says. */
export type Said =
  | { type: 'described'; handlers: Described[] }
  | { type: 'cannot_load'; because: string }
  | { type: 'keep'; number: number; step: NewStep }
  | { type: 'undone'; number: number; name: string }
  | { type: 'set_off'; number: number; message: NewMessage }
  | { type: 'shopify'; number: number; asked: ShopifyQuery }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; text: string; fields: LogFields }
  | { type: 'report'; report: RunReport };
