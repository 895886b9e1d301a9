import type { OutgoingHttpHeaders } from 'node:http';
import type { ActsWorld } from './acts-world.ts';
import type { Command } from './crash-points.ts';

/** An act with all that it needs, not yet begun. */
export interface Prepared {
  place: string;
  /** Made for each try: a repeated act may need an id of its own. */
  body?: () => object;
  headers?: OutgoingHttpHeaders;
  /** Its entries in the audit, where its reason does not name them; null: it is not audited. */
  audited?: object | null;
  /** How often it was done, by what is kept. */
  times: () => Promise<number>;
  /** Ends what would stay: a pause, a lock. */
  after?: () => Promise<unknown>;
}

/** How an act of an operator is tested. */
export interface ActTest {
  /** What it changes, in this order, after the audit was told: the dashboard is killed before and after each. */
  writes: readonly Command[];
  /**
   * What a repetition does. `same`: nothing more is done. `another`: it is done once more, which is harmless.
   * `nothing`: the act changes nothing that is kept.
   */
  again: 'same' | 'another' | 'nothing';
  /** @param reason for this act alone */
  prepare: (world: ActsWorld, reason: string) => Promise<Prepared>;
}
