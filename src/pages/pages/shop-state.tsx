import { IconAlertTriangle, IconCheck, IconHelp, IconPlugConnectedX } from '@tabler/icons-react';
import type { ShopRow } from '../../watch/shapes/shops.ts';
import { several } from '../components/figures.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';

/** None is loud: a merchant may leave, and ingest takes webhooks of shops that never came. */
const STATES = {
  installed: { tone: 'good', icon: IconCheck, means: 'the merchant installed the app' },
  uninstalled: {
    tone: 'plain',
    icon: IconPlugConnectedX,
    means: 'the merchant removed the app; its tokens are gone',
  },
  unknown: { tone: 'plain', icon: IconHelp, means: 'it sent events, and never installed the app' },
} as const satisfies Record<ShopRow['state'], StateLook>;

export function ShopState({ state }: { state: ShopRow['state'] }) {
  return <StateBadge look={STATES[state]}>{state}</StateBadge>;
}

/** What is wrong with a shop, in two words; its page has the whole of it. */
export function ShopNeeds({ attention, subscriptions }: ShopRow) {
  const missing = subscriptions?.missing.length ?? 0;
  const doubled = subscriptions?.doubled.length ?? 0;
  const needs = [
    ...(attention === null ? [] : ['needs attention']),
    ...(missing === 0 ? [] : [several(missing, 'topic missing', 'topics missing')]),
    ...(doubled === 0 ? [] : [several(doubled, 'topic doubled', 'topics doubled')]),
  ];
  if (needs.length === 0) return <span className="dim">–</span>;
  return (
    <ToneBadge tone={attention === null ? 'look' : 'bad'} icon={<IconAlertTriangle size={14} aria-hidden />}>
      {needs.join(', ')}
    </ToneBadge>
  );
}
