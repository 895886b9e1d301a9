import type { ReactNode } from 'react';

/** How loud something is. Only `look` and `bad` are. */
export type Tone = 'plain' | 'info' | 'good' | 'look' | 'bad';

/** A word with an icon: never colour alone. */
export function ToneBadge({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className="tone-badge" data-tone={tone}>
      {icon}
      {children}
    </span>
  );
}
