/** What is wrong with one order. All zero: once (P3), in sequence (P5), and explained (P8). */
export interface Findings {
  /**
   * Applications beyond one for each event. Includes a repeat that changed nothing: of an event that Redis
   * had forgotten, and that is older than the 200 events that an order remembers.
   */
  appliedTwice: number;
  /** Applied events that come after one that happened later. */
  inversions: number;
  /** 1 if the order differs from what the pure rules rebuild from its journal. */
  wrongState: number;
  /** Applied events that the journal does not contain. */
  unexplained: number;
  /** 1 if its document or an entry of its journal cannot be read: the rest was not checked. */
  damaged: number;
}

export const NOTHING_WRONG: Findings = {
  appliedTwice: 0,
  inversions: 0,
  wrongState: 0,
  unexplained: 0,
  damaged: 0,
};

/** The names of all findings. */
export const FINDINGS = Object.keys(NOTHING_WRONG) as (keyof Findings)[];

/** What is wrong with the effects of orders (P9). */
interface EffectFindings {
  /** Applied events without an effect at a destination that wants them. */
  missing: number;
  /** Second effects of an event at a destination. */
  twice: number;
  /** Effects that were done before an earlier one of their order. */
  outOfSequence: number;
  /** Effects that have not ended, and will not be sent. */
  stuck: number;
}

/** The names of all findings about effects. */
export const EFFECT_FINDINGS = [
  'missing',
  'twice',
  'outOfSequence',
  'stuck',
] as const satisfies readonly (keyof EffectFindings)[];

interface CheckedEffects<Wrong> extends EffectFindings {
  checked: number;
  wrong: Wrong[];
}

/** The findings of two parts together. */
export function sumOfEffects<Wrong>(
  a: CheckedEffects<Wrong>,
  b: CheckedEffects<Wrong>,
): CheckedEffects<Wrong> {
  const { checked, missing, twice, outOfSequence, stuck, wrong } = b;
  return {
    checked: a.checked + checked,
    missing: a.missing + missing,
    twice: a.twice + twice,
    outOfSequence: a.outOfSequence + outOfSequence,
    stuck: a.stuck + stuck,
    wrong: [...a.wrong, ...wrong],
  };
}
