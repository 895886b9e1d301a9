import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ToneBadge, type Tone } from './tone-badge.tsx';

/** How a state looks, and what it means. */
export interface StateLook {
  tone: Tone;
  icon: Icon;
  means: string;
}

/** A state with its icon; the tooltip says what it means. */
export function StateBadge({ look, children }: { look: StateLook; children: ReactNode }) {
  const { tone, icon: Mark, means } = look;
  return (
    <span title={means}>
      <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
        {children}
      </ToneBadge>
    </span>
  );
}
