import type { Lease, Locks } from '../lock/locks.ts';
import type { PendingCommit } from '../persist/block-store.ts';
import type { Sequencer } from '../persist/sequencer.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';

/** The longest time from a commit to its change in the feed. */
const EVERY_MS = 200;
/** If the worker that runs the sequencer dies, its lock is free after LOCK_TTL_MS. */
const ASK_AGAIN_MS = 1000;

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
  let lease: Lease | null = null;
  let askAt = 0;
  const isElected = async (): Promise<boolean> => {
    if (lease && !lease.signal.aborted) return true;
    lease = null;
    if (now() < askAt) return false;
    askAt = now() + ASK_AGAIN_MS;
    lease = await lock();
    return lease !== null;
  };
  const moveAll = async () => {
    while (await isElected()) {
      const moved = await sequencer.step();
      if (moved?.length === 0) return;
      if (moved) onMoved(moved);
    }
  };
  const timer = repeating('change feed', EVERY_MS, moveAll, (error) =>
    log.debug({ because: messageOf(error) }, 'could not move changes into the feed; trying again'),
  );
  return {
    ...timer,
    stop: async () => {
      await timer.stop();
      await lease?.release();
    },
  };
}
