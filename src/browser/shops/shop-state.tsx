import { IconAlertTriangle, IconCheck, IconHelp, IconPlugConnectedX } from '@tabler/icons-react';
import type { ShopRow } from '../../operate/shapes/shops.ts';
import { several } from '../text/figures.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';

/** None stands out: merchants may leave, and ingest accepts webhooks of shops without an installed app. */
const STATES = {
  installed: { tone: 'good', icon: IconCheck, means: 'The merchant installed the app' },
  uninstalled: {
    tone: 'plain',
    icon: IconPlugConnectedX,
    means: 'The merchant removed the app; its tokens are deleted',
  },
  unknown: { tone: 'plain', icon: IconHelp, means: 'It sent events but never installed the app' },
} as const satisfies Record<ShopRow['state'], StateLook>;

export function ShopState({ state }: { state: ShopRow['state'] }) {
  return <StateBadge look={STATES[state]}>{state}</StateBadge>;
}

/** A shop's problems in a few words; its page has the details. */
export function ShopNeeds({ attention, subscriptions }: ShopRow) {
  const missing = subscriptions?.missing.length ?? 0;
  const doubled = subscriptions?.doubled.length ?? 0;
  const needs = [
    ...(attention === null ? [] : ['needs attention']),
    ...(missing === 0 ? [] : [several(missing, 'missing subscription', 'missing subscriptions')]),
    ...(doubled === 0 ? [] : [several(doubled, 'duplicate subscription', 'duplicate subscriptions')]),
  ];
  if (needs.length === 0) return <span className="dim">–</span>;
  return (
    <ToneBadge tone={attention === null ? 'look' : 'bad'} icon={<IconAlertTriangle size={14} aria-hidden />}>
      {needs.join(', ')}
    </ToneBadge>
  );
}
