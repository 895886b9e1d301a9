import type { Now } from '../../operate/shapes/system.ts';

/**
 * The part of the stream that parked events depend on. Their count alone is not enough: a replay whose events
 * are all parked again leaves it unchanged, but in the meantime events were waiting or applied.
 */
export function parkedMoves({ status, sample }: Now): unknown {
  return [status.parked, status.waitingEvents, sample.appliedPerSecond];
}
