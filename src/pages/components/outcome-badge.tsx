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
import { ToneBadge, type Tone } from './tone-badge.tsx';
import { visible } from '../text/visible.ts';

/** The tone, icon and meaning of each outcome of an event. */
const OUTCOMES: Record<string, { tone: Tone; icon: Icon; means: string }> = {
  applied: { tone: 'good', icon: IconCheck, means: 'Changed the order' },
  late: { tone: 'plain', icon: IconHistory, means: 'Arrived late; only what was still unknown was applied' },
  stale: { tone: 'plain', icon: IconArrowBackUp, means: 'Something newer had already been applied' },
  unchanged: { tone: 'plain', icon: IconEqual, means: 'Contained nothing new' },
  waiting: { tone: 'info', icon: IconClockHour4, means: "Waiting in its order's mailbox" },
  parked: { tone: 'bad', icon: IconAlertTriangle, means: 'Could not be applied, and is parked' },
};

/** @param past an earlier outcome: shown in a plain tone */
export function OutcomeBadge({ outcome, past = false }: { outcome: string; past?: boolean }) {
  const known = OUTCOMES[outcome];
  const Mark = known?.icon ?? IconQuestionMark;
  return (
    <span title={known?.means}>
      <ToneBadge tone={past ? 'plain' : (known?.tone ?? 'plain')} icon={<Mark size={14} aria-hidden />}>
        {visible(outcome)}
      </ToneBadge>
    </span>
  );
}
