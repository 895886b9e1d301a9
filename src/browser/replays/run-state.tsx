import {
  IconAlertTriangle,
  IconCheck,
  IconHandStop,
  IconPlugConnectedX,
  IconRefresh,
} from '@tabler/icons-react';
import type { ReplayRun } from '../../operate/shapes/parked.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

const STATES = {
  running: { tone: 'info', icon: IconRefresh, means: 'In progress' },
  done: { tone: 'good', icon: IconCheck, means: 'All events were replayed' },
  aborted: {
    tone: 'plain',
    icon: IconHandStop,
    means: 'Aborted by an operator; events already replayed stay replayed',
  },
  stopped: {
    tone: 'bad',
    icon: IconAlertTriangle,
    means: 'Stopped automatically: too many events were parked again',
  },
  interrupted: {
    tone: 'look',
    icon: IconPlugConnectedX,
    means: 'Its process ended: start a new replay for the rest',
  },
} as const satisfies Record<ReplayRun['state'], StateLook>;

/** Done, but with failures. */
const DONE_IN_VAIN = {
  tone: 'look',
  icon: IconAlertTriangle,
  means: 'All events were replayed, but some failed and were parked again',
} as const;

export function RunState({ run: { state, parkedAgain } }: { run: ReplayRun }) {
  return (
    <StateBadge look={state === 'done' && parkedAgain > 0 ? DONE_IN_VAIN : STATES[state]}>{state}</StateBadge>
  );
}
