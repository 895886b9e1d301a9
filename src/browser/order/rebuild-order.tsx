import { Loader, Stack, Text } from '@mantine/core';
import { IconHammer } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { RebuildLook } from '../../operate/shapes/rebuild.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { several } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { Differences } from '../verify/differences.tsx';

/** Rebuilds the order from its journal. @param place of the order below /api */
export function RebuildOrder({ place }: { place: string }) {
  const change = useChange();
  return (
    <>
      <MayButton
        needs="operator"
        size="xs"
        variant="default"
        leftSection={<IconHammer size={14} aria-hidden />}
        onClick={() => change.open(true)}
      >
        Rebuild
      </MayButton>
      {change.opened && <RebuildDialog place={place} onClose={change.close} />}
    </>
  );
}

/** First shows what would change. The button is enabled only if something would. */
function RebuildDialog({ place, onClose }: { place: string; onClose: () => void }) {
  const look = useQuery<RebuildLook, ApiProblem>({
    queryKey: ['rebuild', place],
    queryFn: () => tell<RebuildLook>(`${place}/rebuild`, { dryRun: true }),
    gcTime: 0,
    retry: false,
  });
  const rebuild = async (reason: string) => (await tell<{ did: string }>(`${place}/rebuild`, { reason })).did;
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Rebuild this order"
      confirmLabel="Rebuild"
      ready={look.data?.needed === true && look.data.refused === null}
      onConfirm={rebuild}
      what={
        <>
          The order is rebuilt from the events in its journal and replaces the stored one. Waiting events are
          applied afterwards. No event is lost.
        </>
      }
      extra={
        <Stack gap="xs" aria-live="polite">
          {look.error && <Problem problem={look.error} />}
          {look.isFetching ? (
            <Loader size="sm" aria-label="comparing" />
          ) : (
            look.data && <Found look={look.data} />
          )}
        </Stack>
      }
    />
  );
}

function Found({ look }: { look: RebuildLook }) {
  const { needed, refused, events, parked, from, changes } = look;
  return (
    <>
      {refused !== null && (
        <Text size="sm">
          It cannot be rebuilt: <Plain text={refused} max={300} />.
        </Text>
      )}
      <Text size="sm" fw={600}>
        {needed ? headOf(from, events) : 'The order agrees with its journal: nothing would change.'}
      </Text>
      {changes.length > 0 && (
        <ul className="differences">
          {changes.map((words) => (
            <li key={words}>
              <Plain text={words} max={300} />
            </li>
          ))}
        </ul>
      )}
      <Differences {...look} />
      {parked > 0 && (
        <Text size="sm">
          {several(parked, 'parked event is', 'parked events are')} not included. Replay them afterwards.
        </Text>
      )}
    </>
  );
}

function headOf(from: RebuildLook['from'], events: number): string {
  return from === 'journal'
    ? `Rebuilding from ${several(events, 'event', 'events')} would change:`
    : 'Without its whole journal, only the stored document would be rewritten:';
}
