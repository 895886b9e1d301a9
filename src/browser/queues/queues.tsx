import { Alert, Anchor, Group, Text } from '@mantine/core';
import { IconExternalLink, IconPlayerPause, IconPlayerPlay, IconUserOff } from '@tabler/icons-react';
import type { Did } from '../../operate/shapes/mailboxes.ts';
import type { Queue, QueueList } from '../../operate/shapes/queues.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { age, figure, rate, several } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { useApi } from '../client/use-api.ts';
import { Waited } from '../mailboxes/mailboxes.tsx';
import { readingOf } from '../tables/reading.ts';

/** Pausing or resuming a queue: one partition, or all of them. */
interface QueueChange {
  verb: 'pause' | 'resume';
  partition: number | 'all';
}

/** The wake-up jobs of each partition, their throughput, and pausing them. */
export function QueuesPage() {
  const queues = useApi<QueueList>('/queues', undefined, {
    watch: ({ status }) => [
      status.queues,
      status.pausedQueues,
      status.oldestWaitMs,
      status.waitingEvents,
      status.workers,
    ],
  });
  const turning = useChange<QueueChange>();
  const paused = queues.data?.queues.filter((queue) => queue.paused) ?? [];
  return (
    <Page
      title="Queues"
      sentence={queues.data && paceOf(queues.data)}
      actions={<Actions ask={turning.open} />}
    >
      {paused.length > 0 && <PausedBanner paused={paused} ask={turning.open} />}
      <DataTable
        label="Queues, one per partition"
        rows={queues.data?.queues}
        rowKey={(queue) => String(queue.partition)}
        columns={columnsWith(turning.open)}
        {...readingOf(queues)}
        empty={<Empty title="No queues" why="No partitions found. Has a worker ever been started?" />}
      />
      {turning.over && <TurnDialog turn={turning.over} onClose={turning.close} />}
    </Page>
  );
}

/** Events in and out per second, and when the waiting events will be processed at this rate. */
function paceOf({ inPerSecond, outPerSecond, queues }: QueueList): string {
  const waiting = queues.reduce((sum, queue) => sum + queue.waitingEvents, 0);
  const pace = `${several(waiting, 'event', 'events')} waiting; in ${rate(inPerSecond)}/s, out ${rate(outPerSecond)}/s over the last 10 s`;
  if (inPerSecond === null || outPerSecond === null || waiting === 0) return `${pace}.`;
  if (queues.some((queue) => queue.paused)) return `${pace}. Events of paused queues keep waiting.`;
  const gain = outPerSecond - inPerSecond;
  if (gain <= 0) return `${pace}. The backlog is not shrinking.`;
  return `${pace}. Empty in about ${age((waiting / gain) * 1000)}.`;
}

function Actions({ ask }: { ask: (turn: QueueChange) => void }) {
  return (
    <>
      <Anchor href="/queues/raw" size="sm" target="_blank" rel="noreferrer">
        Raw jobs <IconExternalLink size={14} aria-hidden />
      </Anchor>
      {(['pause', 'resume'] as const).map((verb) => (
        <MayButton
          key={verb}
          needs="operator"
          variant="default"
          size="xs"
          onClick={() => ask({ verb, partition: 'all' })}
        >
          {verb === 'pause' ? 'Pause' : 'Resume'} all…
        </MayButton>
      ))}
    </>
  );
}

/** Stays as long as a queue is paused: a forgotten pause delays every order of the queue. */
function PausedBanner({ paused, ask }: { paused: Queue[]; ask: (turn: QueueChange) => void }) {
  const names = paused.map((queue) => queue.partition).join(', ');
  const waiting = paused.reduce((sum, queue) => sum + queue.waitingEvents, 0);
  const only = paused.length === 1 ? paused[0] : undefined;
  return (
    <Alert
      className="note"
      variant="outline"
      mb="sm"
      title={
        <ToneBadge tone="look" icon={<IconPlayerPause size={14} aria-hidden />}>
          {only ? `Queue ${names} is paused` : `${paused.length} queues are paused: ${names}`}
        </ToneBadge>
      }
    >
      <Group justify="space-between">
        <Text size="sm">
          {several(waiting, 'event is', 'events are')} waiting until {only ? 'it is' : 'they are'} resumed.
          Webhooks are still accepted and stored.
        </Text>
        <MayButton
          needs="operator"
          size="xs"
          variant="default"
          onClick={() => ask({ verb: 'resume', partition: only?.partition ?? 'all' })}
        >
          Resume…
        </MayButton>
      </Group>
    </Alert>
  );
}

function columnsWith(ask: (turn: QueueChange) => void): Column<Queue>[] {
  return [
    { head: 'Queue', width: 65, cell: ({ partition }) => partition },
    { head: 'State', width: 100, cell: (queue) => <State queue={queue} /> },
    { head: 'Jobs active', align: 'right', width: 90, cell: ({ jobs }) => figure(jobs.active) },
    { head: 'Waiting', align: 'right', width: 75, cell: ({ jobs }) => figure(jobs.waiting) },
    { head: 'Delayed', align: 'right', width: 75, cell: ({ jobs }) => figure(jobs.delayed) },
    { head: 'Failed', align: 'right', width: 65, cell: ({ jobs }) => figure(jobs.failed) },
    { head: 'Orders waiting', align: 'right', width: 110, cell: (queue) => figure(queue.waitingOrders) },
    { head: 'Events waiting', align: 'right', width: 110, cell: (queue) => figure(queue.waitingEvents) },
    {
      head: 'Oldest wait',
      align: 'right',
      width: 100,
      cell: Oldest,
    },
    { head: 'Workers', align: 'right', width: 75, cell: ({ workers }) => figure(workers) },
    { head: 'Action', align: 'right', width: 95, cell: (queue) => <TurnButton queue={queue} ask={ask} /> },
  ];
}

function Oldest({ waitingEvents, oldestWaitMs }: Queue) {
  return waitingEvents === 0 ? <span className="dim">–</span> : <Waited ms={oldestWaitMs} />;
}

function State({ queue }: { queue: Queue }) {
  if (queue.paused)
    return (
      <ToneBadge tone="look" icon={<IconPlayerPause size={14} aria-hidden />}>
        paused
      </ToneBadge>
    );
  if (queue.workers === 0)
    return (
      <ToneBadge tone="bad" icon={<IconUserOff size={14} aria-hidden />}>
        no worker
      </ToneBadge>
    );
  return (
    <ToneBadge tone="good" icon={<IconPlayerPlay size={14} aria-hidden />}>
      running
    </ToneBadge>
  );
}

function TurnButton({
  queue: { partition, paused },
  ask,
}: {
  queue: Queue;
  ask: (turn: QueueChange) => void;
}) {
  const verb = paused ? 'resume' : 'pause';
  return (
    <MayButton
      needs="operator"
      variant="default"
      size="compact-xs"
      aria-label={`${verb} queue ${partition}`}
      onClick={() => ask({ verb, partition })}
    >
      {paused ? 'Resume…' : 'Pause…'}
    </MayButton>
  );
}

const TURNS = {
  pause: {
    title: 'Pause',
    what: 'No new drains start until an operator resumes processing; running drains finish. Webhooks are still accepted and stored. A pause survives restarts.',
  },
  resume: { title: 'Resume', what: 'Drains start again. Orders that have waited longest come first.' },
} as const;

function TurnDialog({ turn: { verb, partition }, onClose }: { turn: QueueChange; onClose: () => void }) {
  const { title, what } = TURNS[verb];
  const name = partition === 'all' ? 'all queues' : `queue ${partition}`;
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title={`${title} ${name}`}
      confirmLabel={`${title} ${name}`}
      what={what}
      onConfirm={async (reason) => (await tell<Did>(`/queues/${partition}/${verb}`, { reason })).did}
    />
  );
}
