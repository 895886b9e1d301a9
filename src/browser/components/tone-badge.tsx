import type { ReactNode } from 'react';

/** How much something stands out. Only `look` and `bad` do. */
export type Tone = 'plain' | 'info' | 'good' | 'look' | 'bad';

/** A word, with an icon where its tone matters: never colour alone. */
export function ToneBadge({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className="tone-badge" data-tone={tone}>
      {icon}
      {children}
    </span>
  );
}
