import {
  IconAlertTriangle,
  IconCheck,
  IconHandStop,
  IconPlugConnectedX,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react';
import type { ReplayRun } from '../../watch/shapes/parked.ts';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';

const STATES = {
  running: { tone: 'info', icon: IconRefresh, means: 'it goes on' },
  done: { tone: 'good', icon: IconCheck, means: 'all of it was put back' },
  aborted: { tone: 'plain', icon: IconHandStop, means: 'somebody ended it; what it had put back stays so' },
  stopped: { tone: 'bad', icon: IconAlertTriangle, means: 'it stopped itself: too many were parked again' },
  interrupted: { tone: 'look', icon: IconPlugConnectedX, means: 'its process ended: replay the rest anew' },
} as const satisfies Record<ReplayRun['state'], { tone: Tone; icon: Icon; means: string }>;

/** Done, and yet not well. */
const DONE_IN_VAIN = {
  tone: 'look',
  icon: IconAlertTriangle,
  means: 'all of it was put back, and some of it failed and was parked again',
} as const;

export function RunState({ run: { state, parkedAgain } }: { run: ReplayRun }) {
  const { tone, icon: Mark, means } = state === 'done' && parkedAgain > 0 ? DONE_IN_VAIN : STATES[state];
  return (
    <span title={means}>
      <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
        {state}
      </ToneBadge>
    </span>
  );
}
