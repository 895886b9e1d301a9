import {
  IconAlertTriangle,
  IconCheck,
  IconHandStop,
  IconPlugConnectedX,
  IconRefresh,
} from '@tabler/icons-react';
import type { ReplayRun } from '../../watch/shapes/parked.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

const STATES = {
  running: { tone: 'info', icon: IconRefresh, means: 'it goes on' },
  done: { tone: 'good', icon: IconCheck, means: 'all of it was put back' },
  aborted: { tone: 'plain', icon: IconHandStop, means: 'somebody ended it; what it had put back stays so' },
  stopped: { tone: 'bad', icon: IconAlertTriangle, means: 'it stopped itself: too many were parked again' },
  interrupted: { tone: 'look', icon: IconPlugConnectedX, means: 'its process ended: replay the rest anew' },
} as const satisfies Record<ReplayRun['state'], StateLook>;

/** Done, and yet not well. */
const DONE_IN_VAIN = {
  tone: 'look',
  icon: IconAlertTriangle,
  means: 'all of it was put back, and some of it failed and was parked again',
} as const;

export function RunState({ run: { state, parkedAgain } }: { run: ReplayRun }) {
  return (
    <StateBadge look={state === 'done' && parkedAgain > 0 ? DONE_IN_VAIN : STATES[state]}>{state}</StateBadge>
  );
}
