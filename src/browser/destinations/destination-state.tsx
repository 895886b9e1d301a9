import { IconCheck, IconClockPause, IconPlayerPause } from '@tabler/icons-react';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { age } from '../text/figures.ts';

const STATES = {
  active: { tone: 'good', icon: IconCheck, means: 'Its effects are sent' },
  paused: { tone: 'look', icon: IconPlayerPause, means: 'Its effects wait until it is resumed' },
} as const satisfies Record<Destination['state'], StateLook>;

export function DestinationState({ state }: Pick<Destination, 'state'>) {
  return <StateBadge look={STATES[state]}>{state}</StateBadge>;
}

/** For how long nothing is sent, because the destination is down or asked for a pause. */
export function PausedFor({ pausedForMs }: Pick<Destination, 'pausedForMs'>) {
  if (pausedForMs === null) return <span title="Unknown while Redis is down">?</span>;
  if (pausedForMs === 0) return <span className="dim">–</span>;
  return (
    <span title="It is down, or asked for a pause">
      <ToneBadge tone="look" icon={<IconClockPause size={14} aria-hidden />}>
        {age(pausedForMs)}
      </ToneBadge>
    </span>
  );
}
