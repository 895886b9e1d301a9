/** Outcomes of events that a drain read and applied; `order/apply-event.ts` says what each means. */
export const APPLIED_OUTCOMES = ['applied', 'stale', 'unchanged', 'late'] as const;
/** All outcomes: what happened to an event, as the journal has it. */
export const OUTCOMES = [...APPLIED_OUTCOMES, 'parked'] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** All that operators see: an event in a mailbox or in the spool is `waiting`. */
export const SHOWN_OUTCOMES = ['waiting', ...OUTCOMES] as const;
/** The same for a claim, whose event may no longer be known. */
export const CLAIM_OUTCOMES = [...SHOWN_OUTCOMES, 'unknown'] as const;
