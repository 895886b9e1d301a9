import { hasEnded } from '../system/destination-end.ts';
import { pauseAt, pauseEndText, type PauseWindow } from '../system/pause-windows.ts';
import type { DestinationPhase, DestinationState } from '../system/states.ts';

interface Of {
  state: DestinationState;
  pauseWindows?: readonly PauseWindow[];
  until?: Date | null;
  backfill?: { endedAt: Date | null };
}

/** How many effects are open. */
interface Open {
  waiting: number;
  failing: number;
  sleeping: number;
  inDoubt: number;
  parked: number;
}

/** What a destination does now, and the pause of a window that is open. */
interface PhaseShown {
  phase: DestinationPhase;
  window: { endsAt: string | null; clock: string } | null;
}

export function phaseOf(destination: Of, open: Open, now: number): PhaseShown {
  const isPast = hasEnded(destination, now);
  if (isPast && isEmpty(destination, open)) return { phase: 'ended', window: null };
  if (destination.state === 'paused') return { phase: 'paused', window: null };
  const pause = pauseAt(destination.pauseWindows ?? [], now);
  if (!pause) return { phase: isPast ? 'ending' : 'active', window: null };
  const endsAt = pause.endsAt === null ? null : new Date(pause.endsAt).toISOString();
  return { phase: 'window', window: { endsAt, clock: pauseEndText(pause, now) } };
}

/** Nothing is left to do. */
function isEmpty({ backfill }: Of, { waiting, failing, sleeping, inDoubt, parked }: Open): boolean {
  return waiting + failing + sleeping + inDoubt + parked === 0 && backfill?.endedAt !== null;
}

/** In these, publishers send to a destination. */
export const SENDING_PHASES: ReadonlySet<DestinationPhase> = new Set(['active', 'ending'] as const);
