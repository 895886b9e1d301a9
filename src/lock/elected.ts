import { repeating, type Repeating } from '../system/repeating.ts';
import type { Lease, Locks } from './locks.ts';

/** If the program that does the work dies, its lock is free after LOCK_TTL_MS. */
const ASK_AGAIN_MS = 1000;

interface ElectedWork {
  name: string;
  /** The pause after nothing was left to do. */
  everyMs: number;
  /** Work that may run anywhere, also twice at a time: the lock only saves work. */
  lock: () => ReturnType<Locks['acquire']>;
  /** @returns whether more is left */
  step: () => Promise<boolean>;
  onFailure: (error: unknown) => void;
  now: () => number;
}

/** Work that one of many programs does, as a component of each. */
export function elected({ name, everyMs, lock, step, onFailure, now }: ElectedWork): Repeating {
  let lease: Lease | null = null;
  let askAt = 0;
  let isStopping = false;
  const isElected = async (): Promise<boolean> => {
    if (isStopping) return false;
    if (lease && !lease.signal.aborted) return true;
    lease = null;
    if (now() < askAt) return false;
    askAt = now() + ASK_AGAIN_MS;
    lease = await lock();
    return lease !== null;
  };
  const doAll = async () => {
    while (await isElected()) if (!(await step())) return;
  };
  const timer = repeating(name, everyMs, doAll, onFailure);
  return {
    ...timer,
    stop: async () => {
      isStopping = true;
      await timer.stop();
      await lease?.release();
    },
  };
}
