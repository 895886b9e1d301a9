import { Group, Paper, Progress, Text } from '@mantine/core';
import type { ReplayRun } from '../../operate/shapes/parked.ts';
import type { Did } from '../../operate/shapes/mailboxes.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { age, figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { When } from '../text/when.tsx';
import { useApi, useRefetch } from '../client/use-api.ts';
import { RunState } from './run-state.tsx';

/** The progress of one replay, and aborting it. */
export function ReplayRunPanel({ id }: { id: string }) {
  const place = `/parked/replays/${encodeURIComponent(id)}`;
  const read = useApi<ReplayRun>(place);
  const run = read.data;
  const running = run?.state === 'running';
  useRefetch([place, {}], running ? (now) => now.sample.at : undefined);
  const aborting = useChange();
  if (read.error?.status === 404) return <Empty title="No such replay" why={read.error.message} />;
  return (
    <>
      {read.error && <Problem problem={read.error} asOf={run ? new Date(read.dataUpdatedAt) : null} />}
      {run && (
        <Paper component="section" withBorder p="md" mb="md" aria-label={`Replay ${id.slice(0, 8)}`}>
          <Group justify="space-between" mb="xs" mih={30}>
            <Group gap="sm">
              <code>{id.slice(0, 8)}</code>
              <RunState run={run} />
              <Text size="sm" c="dimmed" component="div">
                <Plain text={run.who} max={60} />, <When at={run.startedAt} />:{' '}
                <Plain text={run.reason} max={200} />
              </Text>
            </Group>
            {running && (
              <MayButton needs="operator" size="xs" variant="default" onClick={() => aborting.open(true)}>
                Abort…
              </MayButton>
            )}
          </Group>
          <HowFar run={run} />
        </Paper>
      )}
      {aborting.opened && <AbortDialog id={id} onClose={aborting.close} />}
    </>
  );
}

function HowFar({ run }: { run: ReplayRun }) {
  const { total, replayed, parkedAgain, rate, because } = run;
  const left =
    run.state === 'running'
      ? `; about ${age(((total - replayed) / rate) * 1000)} left at ${rate} per second`
      : '';
  return (
    <>
      <Progress
        value={total === 0 ? 100 : (replayed / total) * 100}
        aria-label={`${replayed} of ${total} replayed`}
        transitionDuration={300}
      />
      <Text size="sm" mt="xs" component="div" className="figures">
        {figure(replayed)} of {figure(total)} replayed, {figure(parkedAgain)} parked again{left}.
        {because !== null && (
          <>
            {' '}
            <Plain text={because} />.
          </>
        )}
      </Text>
    </>
  );
}

function AbortDialog({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Abort this replay"
      confirmLabel="Abort"
      what="Stops the replay. Events that were already replayed stay replayed; the others stay parked."
      onConfirm={async (reason) => (await tell<Did>(`/parked/replays/${id}/abort`, { reason })).did}
    />
  );
}
