import { Checkbox, Group, Paper, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Claim, ClaimList } from '../../watch/shapes/dedupe.ts';
import type { Did } from '../../watch/shapes/mailboxes.ts';
import { tell } from '../api.ts';
import { ChangeDialog, useChange } from '../components/change-dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../components/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { EventLink, OrderLink } from '../components/order-link.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { Plain } from '../components/plain.tsx';
import { Age, When } from '../components/when.tsx';
import { FactList } from './fact-list.tsx';

/** What was found, or where it was looked. */
export function Found({ claims, looked }: ClaimList) {
  if (claims.length === 0)
    return <Empty title="It was not seen before" why={`No key was found: ${looked}.`} />;
  return <Claims claims={claims} />;
}

/** What is known of events as seen, each with the release of its key. */
export function Claims({ claims }: { claims: readonly Claim[] }) {
  const releasing = useChange<Claim>();
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
            <MayButton
              role="operator"
              size="compact-sm"
              variant="default"
              onClick={() => releasing.open(claim)}
            >
              Release…
            </MayButton>
          </Group>
          <FactList facts={factsOf(claim)} />
        </Paper>
      ))}
      {releasing.over && <ReleaseDialog claim={releasing.over} onClose={releasing.close} />}
    </Stack>
  );
}

function factsOf(claim: Claim) {
  return [
    ['Order', <OrderLink key="order" order={claim.order} />],
    ['Topic', <Plain key="topic" text={claim.topic ?? '–'} max={80} />],
    ['Webhook id', <Plain key="webhook" text={claim.webhookId ?? '–'} max={80} />],
    ['Duplicates since', figure(claim.hits)],
    ['First seen', <When key="first" at={claim.firstSeenAt} />],
    ['Last seen', <When key="last" at={claim.lastSeenAt} />],
    ['Forgotten in', <Age key="ttl" ms={claim.ttlMs} />],
  ] as const;
}

/** What has no effect yet is released without more ado; the server asks `confirm` for all else. */
const FREE = new Set(['parked', 'unknown']);

function ReleaseDialog({ claim, onClose }: { claim: Claim; onClose: () => void }) {
  const [confirm, setConfirm] = useState(false);
  const needed = !FREE.has(claim.outcome);
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Release this key"
      confirmLabel="Release it"
      ready={!needed || confirm}
      onConfirm={async (reason) =>
        (
          await tell<Did>(`/dedupe/${claim.event}/release`, {
            reason,
            confirm,
            firstSeenAt: claim.firstSeenAt,
          })
        ).did
      }
      what={
        <>
          The key of event <code>{claim.event.slice(0, 12)}</code> is deleted: sent once more, the webhook is
          taken again and not answered as a duplicate. Nothing happens until it is sent. A key that was made
          anew since you looked is left alone.
        </>
      }
      extra={
        needed && (
          <Checkbox
            label={`Its event is ${claim.outcome}: release it all the same`}
            checked={confirm}
            onChange={(event) => setConfirm(event.currentTarget.checked)}
          />
        )
      }
    />
  );
}
