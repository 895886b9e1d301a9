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
import { visible } from './visible.ts';

/** What became of an event, how loud that is, and what the word means. */
const OUTCOMES: Record<string, { tone: Tone; icon: Icon; means: string }> = {
  applied: { tone: 'good', icon: IconCheck, means: 'it changed the order' },
  late: { tone: 'plain', icon: IconHistory, means: 'it came late, and brought only what was not known yet' },
  stale: { tone: 'plain', icon: IconArrowBackUp, means: 'something newer was applied before' },
  unchanged: { tone: 'plain', icon: IconEqual, means: 'it brought nothing new' },
  waiting: { tone: 'info', icon: IconClockHour4, means: 'it waits in the mailbox of its order' },
  parked: { tone: 'bad', icon: IconAlertTriangle, means: 'it could not be applied, and was put aside' },
};

/** @param past what it was once: said without noise */
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
