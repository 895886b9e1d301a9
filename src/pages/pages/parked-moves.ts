import type { Now } from '../../watch/shapes/system.ts';

/**
 * When what is parked should be read again. Not by its count alone: a replay that parks all of its events again
 * leaves the count as it was, but events were applied or waited meanwhile.
 */
export function parkedMoves({ status, sample }: Now): unknown {
  return [status.parked, status.waitingEvents, sample.appliedPerSecond];
}
