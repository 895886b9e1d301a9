import { IconAlertTriangle, IconCheck, IconRefresh, IconTrash, type Icon } from '@tabler/icons-react';
import type { ParkedEvent } from '../../operate/shapes/parked.ts';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';

export const PARKED_STATES = {
  parked: { tone: 'bad', icon: IconAlertTriangle, word: 'Parked' },
  replaying: { tone: 'info', icon: IconRefresh, word: 'Replaying' },
  replayed: { tone: 'good', icon: IconCheck, word: 'Replayed' },
  discarded: { tone: 'plain', icon: IconTrash, word: 'Discarded' },
} as const satisfies Record<ParkedEvent['state'], { tone: Tone; icon: Icon; word: string }>;

export function ParkedState({ state }: { state: ParkedEvent['state'] }) {
  const { tone, icon: Mark } = PARKED_STATES[state];
  return (
    <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
      {state}
    </ToneBadge>
  );
}
