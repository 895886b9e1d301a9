import { elected } from '../lock/elected.ts';
import type { Locks } from '../lock/locks.ts';
import type { PendingCommit } from '../persist/block-store.ts';
import type { Sequencer } from '../persist/sequencer.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import type { Repeating } from '../system/repeating.ts';

/** Commits of this time share a block, which costs MongoDB as much as writing five orders. */
const EVERY_MS = 200;

export interface SequencingTools {
  sequencer: Sequencer;
  /** One worker sequences at a time. It only saves work: see persist/sequencer.ts. */
  lock: () => ReturnType<Locks['acquire']>;
  log: Logger;
  onMoved: (commits: readonly PendingCommit[]) => void;
  now: () => number;
}

/** Moves commits into the change feed, as a component of the worker. */
export function sequencing({ sequencer, lock, log, onMoved, now }: SequencingTools): Repeating {
  return elected({
    name: 'change feed',
    everyMs: EVERY_MS,
    lock,
    step: async () => {
      const { moved, isBehind } = await sequencer.step();
      onMoved(moved);
      return isBehind;
    },
    onFailure: (error) =>
      log.debug({ because: messageOf(error) }, 'could not move changes into the feed; trying again'),
    now,
  });
}
