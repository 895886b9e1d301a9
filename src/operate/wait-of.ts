import { pausedMs, type PauseWindow } from '../system/pause-windows.ts';

/** How long an effect has been waiting, and for how long of this a window held it. */
export function waitOf(since: Date, pauseWindows: readonly PauseWindow[] | undefined, now: number) {
  const waitMs = Math.max(0, now - since.getTime());
  return { waitMs, heldMs: Math.min(waitMs, pausedMs(pauseWindows ?? [], since.getTime(), now)) };
}
