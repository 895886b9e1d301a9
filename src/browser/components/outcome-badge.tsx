import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconClockHour4,
  IconEqual,
  IconHistory,
  IconQuestionMark,
  type Icon,
} from '@tabler/icons-react';
import type { TimelineEntry } from '../../operate/shapes/events.ts';
import { ToneBadge, type Tone } from './tone-badge.tsx';
import { visible } from '../text/visible.ts';

interface Shown {
  tone: Tone;
  icon: Icon;
  means: string;
}

/** The tone, icon and meaning of each outcome of an event. */
const OUTCOMES = {
  applied: { tone: 'good', icon: IconCheck, means: 'Changed the order' },
  stale: { tone: 'plain', icon: IconArrowBackUp, means: 'Something newer had already been applied' },
  unchanged: { tone: 'plain', icon: IconEqual, means: 'Contained nothing new' },
  late: { tone: 'plain', icon: IconHistory, means: 'Arrived late; only what was still unknown was applied' },
  parked: { tone: 'bad', icon: IconAlertTriangle, means: 'Could not be applied, and is parked' },
  waiting: { tone: 'info', icon: IconClockHour4, means: "Waiting in its order's mailbox" },
} satisfies Record<TimelineEntry['outcome'], Shown>;
const BY_NAME: Readonly<Partial<Record<string, Shown>>> = OUTCOMES;

/** The outcomes of processed events. */
export const OUTCOME_NAMES = Object.keys(OUTCOMES).filter((name) => name !== 'waiting');

/** @param past an earlier outcome: shown in a plain tone */
export function OutcomeBadge({ outcome, past = false }: { outcome: string; past?: boolean }) {
  const known = BY_NAME[outcome];
  const Mark = known?.icon ?? IconQuestionMark;
  return (
    <span title={known?.means}>
      <ToneBadge tone={past ? 'plain' : (known?.tone ?? 'plain')} icon={<Mark size={14} aria-hidden />}>
        {visible(outcome)}
      </ToneBadge>
    </span>
  );
}
