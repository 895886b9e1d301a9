import { Button, Group } from '@mantine/core';
import { IconLink, IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { AuditChain } from '../../operate/shapes/audit.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { ask } from '../client/api.ts';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';

/** Checks that no audit entry was changed or removed. It reads all entries, so it runs only on a click. */
export function ChainCheck() {
  const chain = useQuery<AuditChain, ApiProblem>({
    queryKey: ['/audit/chain'],
    queryFn: () => ask<AuditChain>('/audit/chain'),
    enabled: false,
  });
  return (
    <Group gap="xs">
      <output>
        {chain.error && (
          <ToneBadge tone="look">
            not checked: <Plain text={chain.error.message} max={80} />
          </ToneBadge>
        )}
        {chain.data && !chain.error && <Verdict chain={chain.data} />}
      </output>
      <Button size="xs" variant="default" loading={chain.isFetching} onClick={() => void chain.refetch()}>
        Check the chain
      </Button>
    </Group>
  );
}

function Verdict({ chain: { whole, entries, brokenAt } }: { chain: AuditChain }) {
  if (whole)
    return (
      <ToneBadge tone="good" icon={<IconLink size={14} aria-hidden />}>
        intact: all {figure(entries)} entries unchanged
      </ToneBadge>
    );
  return (
    <ToneBadge tone="bad" icon={<IconLinkOff size={14} aria-hidden />}>
      broken at no. {brokenAt}: that entry is missing or was changed
    </ToneBadge>
  );
}
