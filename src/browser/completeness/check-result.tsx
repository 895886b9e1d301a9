import { IconAlertTriangle, IconCheck, IconClock, IconEqualNot, IconRefresh } from '@tabler/icons-react';
import type { Completeness } from '../../operate/shapes/completeness.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

const LOOKS = {
  complete: { tone: 'good', icon: IconCheck, means: 'The numbers are equal on every day' },
  different: { tone: 'bad', icon: IconEqualNot, means: 'The numbers differ on at least one day' },
  asked: { tone: 'info', icon: IconClock, means: 'The app program starts it within seconds' },
  running: { tone: 'info', icon: IconRefresh, means: 'In progress' },
  failed: { tone: 'bad', icon: IconAlertTriangle, means: 'Not compared; the check says why' },
} as const satisfies Record<string, StateLook>;

/** The result of a check in one word. */
export function CheckResult({ state, isComplete }: Pick<Completeness, 'state' | 'isComplete'>) {
  const result = state === 'done' ? (isComplete ? 'complete' : 'different') : state;
  return <StateBadge look={LOOKS[result]}>{result}</StateBadge>;
}

export function isOpen({ state }: Completeness): boolean {
  return state === 'asked' || state === 'running';
}
