import {
  IconAlertTriangle,
  IconCheck,
  IconClockHour4,
  IconHelp,
  IconPlayerSkipForward,
  IconRefresh,
  IconSend,
} from '@tabler/icons-react';
import type { EffectRow } from '../../operate/shapes/effects.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

type State = EffectRow['state'];

const STATES = {
  waiting: { tone: 'info', icon: IconClockHour4, means: 'To be sent' },
  running: { tone: 'info', icon: IconSend, means: 'A publisher is sending it' },
  sleeping: { tone: 'info', icon: IconClockHour4, means: 'Its handler waits for a time' },
  done: { tone: 'good', icon: IconCheck, means: 'The destination has accepted it' },
  failing: { tone: 'look', icon: IconRefresh, means: 'An attempt failed; another one follows' },
  in_doubt: { tone: 'bad', icon: IconHelp, means: 'It may or may not have arrived: an operator decides' },
  parked: { tone: 'bad', icon: IconAlertTriangle, means: 'All attempts failed: an operator decides' },
  skipped: { tone: 'plain', icon: IconPlayerSkipForward, means: 'It is not sent' },
} as const satisfies Record<State, StateLook>;

export const EFFECT_STATE_OPTIONS = (Object.keys(STATES) as State[]).map((value) => ({
  value,
  label: wordOf(value),
}));

function wordOf(state: State): string {
  return state.replace('_', ' ');
}

export function EffectState({ state }: { state: State }) {
  return <StateBadge look={STATES[state]}>{wordOf(state)}</StateBadge>;
}
