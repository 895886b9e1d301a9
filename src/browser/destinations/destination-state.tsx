import { IconCheck, IconPlayerPause } from '@tabler/icons-react';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { Circuit } from '../backlog/backlog.tsx';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';

const STATES = {
  active: { tone: 'good', icon: IconCheck, means: 'Its effects are sent' },
  paused: { tone: 'look', icon: IconPlayerPause, means: 'Its effects wait until it is resumed' },
} as const satisfies Record<Destination['state'], StateLook>;

export function DestinationState({ state }: Pick<Destination, 'state'>) {
  return <StateBadge look={STATES[state]}>{state}</StateBadge>;
}

/** The same, and whether the other side accepts messages. */
export function StateAndCircuit(destination: Destination) {
  return (
    <>
      <DestinationState state={destination.state} /> <Circuit backlog={destination.backlog} />
    </>
  );
}
