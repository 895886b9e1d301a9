import type { Lease, Locks } from '../lock/locks.ts';
import type { Lane } from '../persist/effect-store.ts';

export interface LaneLockTools {
  lock: Locks;
  lockKey: (lane: Lane) => string;
}

/**
 * Locks the lanes of a job: all at once, which costs as much as one, or, if another job has some of them, each alone.
 * @returns the lease of each lane, or null if it is busy. Lanes may share a lease
 */
export async function lockLanes(
  lanes: readonly Lane[],
  { lock, lockKey }: LaneLockTools,
  job: string,
): Promise<(Lease | null)[]> {
  const lease = await lock.acquire(lanes.map(lockKey), job);
  if (lease) return lanes.map(() => lease);
  if (lanes.length === 1) return [null];
  const acquired = await Promise.allSettled(lanes.map((lane) => lock.acquire(lockKey(lane), job)));
  return acquired.map((each) => (each.status === 'fulfilled' ? each.value : null));
}
