/** The states of what MongoDB stores, spelled once: schemas and the API's shapes use these lists. */

/** Of a parked event. `replaying`: claimed by a replay that has not yet put it back into its mailbox. */
export const PARKED_STATES = ['parked', 'replaying', 'replayed', 'discarded'] as const;
export type ParkedState = (typeof PARKED_STATES)[number];
/** In these states, the event is missing from its order. */
export const MISSING_STATES = ['parked', 'replaying'] as const satisfies readonly ParkedState[];

/** Of a replay. */
export const REPLAY_STATES = ['running', 'done', 'aborted', 'stopped', 'interrupted'] as const;
export type ReplayState = (typeof REPLAY_STATES)[number];

/** Of a reconciliation pass. */
export const PASS_STATES = ['asked', 'running', 'done', 'failed', 'aborted'] as const;
export type PassState = (typeof PASS_STATES)[number];

/** How an order can differ from Shopify's. */
export const DRIFT_KINDS = ['missing', 'stale', 'differs', 'stuck', 'gone'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** Of a completeness check. */
export const CHECK_STATES = ['asked', 'running', 'done', 'failed'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** How an order of a period can be missing: here, deleted here but not at Shopify, or at Shopify. */
export const INCOMPLETE_KINDS = ['missing', 'deleted', 'gone'] as const;
export type IncompleteKind = (typeof INCOMPLETE_KINDS)[number];

/** Of an audited action. */
export const ACT_OUTCOMES = ['begun', 'done', 'refused', 'failed'] as const;
export type ActOutcome = (typeof ACT_OUTCOMES)[number];

/** Of a destination. */
export const DESTINATION_STATES = ['active', 'paused'] as const;
export type DestinationState = (typeof DESTINATION_STATES)[number];

/**
 * What a destination does now. `window`: paused by one of its pause windows. `ending`: changes set off nothing there any
 * more, and what is open is still sent. `ended`: nothing is open.
 */
export const DESTINATION_PHASES = ['active', 'paused', 'window', 'ending', 'ended'] as const;
export type DestinationPhase = (typeof DESTINATION_PHASES)[number];

/** Who paused a destination: an operator, or the other side, which wants no more messages. */
export const PAUSED_BY = ['operator', 'destination'] as const;
export type PausedBy = (typeof PAUSED_BY)[number];

/** An effect that has been waiting for longer needs an operator: as long as an event. A healthy wait is below a second. */
export const ALERT_AFTER_MS = 120_000;

/** What a publisher does if it does not know whether a message has arrived. */
export const IN_DOUBT_POLICIES = ['repeat', 'ask', 'wait'] as const;
export type InDoubtPolicy = (typeof IN_DOUBT_POLICIES)[number];

/** Which effects of a destination are sent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Of what is kept of a handler's run. `undo`: the decision to undo its steps. */
export const HANDLER_STEP_KINDS = ['step', 'sleep', 'effect', 'undo'] as const;
export type HandlerStepKind = (typeof HANDLER_STEP_KINDS)[number];

/**
 * Of an effect. `failing`: an attempt failed, and another one follows. `running`: a publisher is sending it. `sleeping`:
 * its handler waits for a time, and its lane continues meanwhile.
 */
export const EFFECT_STATES = [
  'waiting',
  'running',
  'done',
  'failing',
  'sleeping',
  'in_doubt',
  'parked',
  'skipped',
] as const;
export type EffectState = (typeof EFFECT_STATES)[number];
/** In these states, its lane does not continue until an operator decides. */
export const STOPPED_STATES = ['in_doubt', 'parked'] as const satisfies readonly EffectState[];
