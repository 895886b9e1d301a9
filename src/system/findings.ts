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
