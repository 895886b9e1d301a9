import { Group, Paper, Stack } from '@mantine/core';
import type { DedupeClaim, ClaimList } from '../../operate/shapes/dedupe.ts';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { EventLink, OrderLink } from '../text/order-link.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { Plain } from '../text/plain.tsx';
import { Age, When } from '../text/when.tsx';
import { FactList } from '../components/fact-list.tsx';

interface FoundProps extends ClaimList {
  release: (claim: DedupeClaim) => void;
}

/** The keys found, or, if there are none, where the search looked. */
export function Found({ claims, looked, release }: FoundProps) {
  if (claims.length === 0)
    return <Empty title="No key found" why={<Plain text={`Searched: ${looked}.`} max={1000} />} />;
  return <Claims claims={claims} release={release} />;
}

interface ClaimsProps {
  claims: readonly DedupeClaim[];
  /** Opens the release dialog. The page owns it, because a released claim disappears from this list. */
  release: (claim: DedupeClaim) => void;
}

/** Dedupe keys, with what is known of their events. */
export function Claims({ claims, release }: ClaimsProps) {
  return (
    <Stack gap="sm">
      {claims.map((claim) => (
        <Paper
          key={claim.event}
          withBorder
          p="sm"
          component="section"
          aria-label={`Event ${claim.event.slice(0, 12)}`}
        >
          <Group justify="space-between" mb="sm">
            <Group gap="sm">
              <EventLink event={claim.event} />
              <OutcomeBadge outcome={claim.outcome} />
            </Group>
            <MayButton needs="operator" size="compact-sm" variant="default" onClick={() => release(claim)}>
              Release…
            </MayButton>
          </Group>
          <FactList facts={factsOf(claim)} />
        </Paper>
      ))}
    </Stack>
  );
}

function factsOf(claim: DedupeClaim) {
  return [
    ['Order', <OrderLink key="order" order={claim.order} />],
    ['Topic', <Plain key="topic" text={claim.topic ?? '–'} max={80} />],
    ['Webhook id', <Plain key="webhook" text={claim.webhookId ?? '–'} max={80} />],
    ['Duplicates', figure(claim.hits)],
    ['First seen', <When key="first" at={claim.firstSeenAt} />],
    ['Last seen', <When key="last" at={claim.lastSeenAt} />],
    ['Expires in', <Age key="ttl" ms={claim.ttlMs} />],
  ] as const;
}
