import { IconCheck, IconClockPause, IconFlag, IconFlagCheck, IconPlayerPause } from '@tabler/icons-react';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { Circuit } from '../backlog/backlog.tsx';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

const PHASES = {
  active: { tone: 'good', icon: IconCheck, means: 'Its effects are sent' },
  paused: { tone: 'look', icon: IconPlayerPause, means: 'Its effects wait until it is resumed' },
  window: { tone: 'plain', icon: IconClockPause, means: 'Its effects wait until its pause window closes' },
  ending: { tone: 'plain', icon: IconFlag, means: 'It gets no new effects; what is open is still sent' },
  ended: { tone: 'plain', icon: IconFlagCheck, means: 'It gets no new effects, and nothing is open' },
} as const satisfies Record<Destination['phase'], StateLook>;

export function DestinationState({ phase, window }: Pick<Destination, 'phase' | 'window'>) {
  return <StateBadge look={PHASES[phase]}>{window ? `paused until ${window.clock}` : phase}</StateBadge>;
}

/** The same, and whether the other side accepts messages. */
export function StateAndCircuit(destination: Destination) {
  return (
    <>
      <DestinationState {...destination} /> <Circuit backlog={destination.backlog} />
    </>
  );
}
