import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';

const LOOK_MS = 10;

/** How long applying may take. */
export interface Patience {
  /** In all. */
  wholeMs: number;
  /** Without a further event. */
  stillMs: number;
}

/**
 * Returns false if it takes too long until so many events are applied.
 * @param onMore called whenever there are more
 */
export async function untilApplied(
  { journal }: Place,
  events: number,
  patience: Patience,
  onMore?: () => Promise<void>,
): Promise<boolean> {
  const began = Date.now();
  let [applied, since] = [0, began];
  while (applied < events) {
    const now = Date.now();
    if (now - began > patience.wholeMs || now - since > patience.stillMs) return false;
    await sleep(LOOK_MS);
    const count = await journal.estimatedDocumentCount();
    if (count <= applied) continue;
    [applied, since] = [count, Date.now()];
    await onMore?.();
  }
  return true;
}
