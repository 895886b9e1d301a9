import type { DestinationDocument } from '../persist/destination-schema.ts';
import { isPausedAt } from '../system/pause-windows.ts';

/** Whether a destination is sent to now: it is active, and none of its pause windows is open. */
export function isSending(
  { state, pauseWindows = [] }: Pick<DestinationDocument, 'state' | 'pauseWindows'>,
  now: number,
): boolean {
  return state === 'active' && !isPausedAt(pauseWindows, now);
}
