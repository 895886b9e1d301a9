import type { OutgoingHttpHeaders } from 'node:http';
import type { ActsWorld } from './acts-world.ts';
import type { Command } from './crash-points.ts';

/** An action with everything that it needs, not yet started. */
export interface Prepared {
  place: string;
  /** Called for each try: a repeated action may need its own id. */
  body?: () => object;
  headers?: OutgoingHttpHeaders;
  /** Its entries in the audit log, if its reason does not name them; null: it is not audited. */
  audited?: object | null;
  /** How often it was done, according to what is stored. */
  times: () => Promise<number>;
  /** Ends lasting effects: a pause, a lock. */
  after?: () => Promise<unknown>;
}

/** How an operator's action is tested. */
export interface ActTest {
  /** Its changes, in this order, after the audit entry: the dashboard is killed before and after each. */
  writes: readonly Command[];
  /**
   * The effect of a repetition. `same`: nothing more is done. `another`: it is done once more, which is
   * harmless. `nothing`: the action changes nothing that is stored.
   */
  again: 'same' | 'another' | 'nothing';
  /** @param reason for this action alone */
  prepare: (world: ActsWorld, reason: string) => Promise<Prepared>;
}

/** For a request that only prepares an action. */
export const BEFORE = { reason: 'before a test of faults' };
