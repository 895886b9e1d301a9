/** What `runHandler` takes and answers (try-handler.ts). */

/** A webhook as Shopify sends it. */
export interface Webhook {
  topic: string;
  body: object;
  /** When it arrives. Default: the body's `updated_at`, `processed_at` or `created_at`. */
  at?: string | Date;
}

/** An event of another system, as it sends it to `POST /api/events`. The schema of its type is not checked. */
export interface OtherEvent {
  /** `<source>/<name>`, such as `wms/picked`. */
  type: string;
  data: object;
  /** Default: when it arrives. */
  occurredAt?: string | Date;
  /** When it arrives. Default: `occurredAt`, or with the one before it. */
  at?: string | Date;
  /** Shopify's id of the order. Default: that of the webhooks. */
  order?: string;
}

export interface TryOptions {
  /** Of one order, in the sequence in which they arrive: Shopify's, and events of other systems. */
  webhooks: readonly (Webhook | OtherEvent)[];
  /** `every step`: the process dies once before each step, before the step is kept, and behind it. Default: `never`. */
  dieAt?: 'never' | 'every step';
  shop?: string;
  /** The destinations that exist. Default: any. */
  destinations?: readonly string[];
  /** Answers `shopify.graphql` with the data. Default: it fails. */
  shopify?: (query: string, variables: Readonly<Record<string, unknown>>) => unknown;
}

/** A message that a handler set off. */
export interface TriedMessage {
  /** The same, however often the process died. */
  id: string;
  destination: string;
  type: string;
  data: unknown;
}

export interface TriedStep {
  name: string;
  /** What the step's function got: the same each time. */
  key: string;
  result: unknown;
  /** How often its function ran: again only if the process died before its result was kept. */
  calls: number;
  isUndone: boolean;
}

/** What a change set off. */
export interface TriedRun {
  topic: string;
  state: 'done' | 'skipped' | 'parked';
  /** As operators see it. */
  because: string | null;
  steps: TriedStep[];
  /** What it set off with `effect`. */
  effects: TriedMessage[];
  /** Until when it slept. */
  sleeps: Date[];
  /** Where its process died. */
  deaths: string[];
}

export interface TriedLife {
  /** In the sequence in which they ended. */
  runs: TriedRun[];
  logged: string[];
}
