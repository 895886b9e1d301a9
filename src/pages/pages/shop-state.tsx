import { IconAlertTriangle, IconCheck, IconHelp, IconPlugConnectedX, type Icon } from '@tabler/icons-react';
import type { ShopRow } from '../../watch/shapes/shops.ts';
import { several } from '../components/figures.ts';
import { ToneBadge } from '../components/tone-badge.tsx';

/** None is loud: a merchant may leave, and ingest takes webhooks of shops that never came. */
const STATES = {
  installed: { icon: IconCheck, means: 'the merchant installed the app' },
  uninstalled: { icon: IconPlugConnectedX, means: 'the merchant removed the app; its tokens are gone' },
  unknown: { icon: IconHelp, means: 'it sent events, and never installed the app' },
} as const satisfies Record<ShopRow['state'], { icon: Icon; means: string }>;

export function ShopState({ state }: { state: ShopRow['state'] }) {
  const { icon: Mark, means } = STATES[state];
  return (
    <span title={means}>
      <ToneBadge tone={state === 'installed' ? 'good' : 'plain'} icon={<Mark size={14} aria-hidden />}>
        {state}
      </ToneBadge>
    </span>
  );
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
