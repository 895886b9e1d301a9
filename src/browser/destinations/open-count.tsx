import { Link } from 'wouter';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';
import { effectsPage } from '../effects/effect-choice.ts';
import { figure } from '../text/figures.ts';

/** Each count of open effects: its field, and how it looks if it is not 0. */
const COUNTS = {
  waiting: { field: 'waiting', tone: 'plain' },
  failing: { field: 'failing', tone: 'look' },
  in_doubt: { field: 'inDoubt', tone: 'bad' },
  parked: { field: 'parked', tone: 'bad' },
} as const satisfies Record<string, { field: keyof Destination['open']; tone: Tone }>;

/** How many effects of a destination are in a state, as a link to them. */
export function OpenCount({ of: { name, open }, state }: { of: Destination; state: keyof typeof COUNTS }) {
  const { field, tone } = COUNTS[state];
  const count = open[field];
  if (count === 0) return <span className="dim">0</span>;
  const shown = (
    <Link className="link" href={effectsPage({ destination: name, state })}>
      {figure(count)}
    </Link>
  );
  return tone === 'plain' ? shown : <ToneBadge tone={tone}>{shown}</ToneBadge>;
}
