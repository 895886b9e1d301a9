import { Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import type { Did, MailboxDetail } from '../../operate/shapes/mailboxes.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { EventLink, OrderLink } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { FactList } from '../components/fact-list.tsx';
import { Due, Waited } from './mailboxes.tsx';
import { readingOf } from '../tables/reading.ts';

type MailboxEvent = MailboxDetail['events'][number];

/** The waiting events of one order, oldest first; and waking the order. */
export function MailboxPage() {
  const { shop = '', orderId = '' } = useParams();
  const order = `${shop}/${orderId}`;
  const box = useApi<MailboxDetail>(
    `/mailboxes/${encodeURIComponent(shop)}/${encodeURIComponent(orderId)}`,
    undefined,
    {
      watch: ({ status }) => [status.waitingEvents, status.oldestWaitMs],
    },
  );
  const waking = useChange();
  // A mailbox that was emptied in the meantime answers 404. That is not a failure, but the end of the wait.
  const emptied = box.error?.status === 404;
  return (
    <Page
      title="Mailbox"
      sentence={<Beside order={order} />}
      actions={
        <MayButton
          needs="operator"
          variant="default"
          size="xs"
          idle={emptied ? 'No events are waiting for this order' : null}
          onClick={() => waking.open(true)}
        >
          Wake…
        </MayButton>
      }
    >
      {emptied && box.error ? (
        <Empty title="No events waiting for this order" why={box.error.message} />
      ) : (
        <Waiting box={box} />
      )}
      {waking.opened && <WakeDialog order={order} onClose={waking.close} />}
    </Page>
  );
}

/** Links to related pages. */
function Beside({ order }: { order: string }) {
  return (
    <Group gap="sm">
      <OrderLink order={order} />
      <Link className="link" href={`/locks?${new URLSearchParams({ order }).toString()}`}>
        Lock
      </Link>
      <Link className="link" href="/mailboxes">
        All mailboxes
      </Link>
    </Group>
  );
}

function Waiting({ box }: { box: UseQueryResult<MailboxDetail, ApiProblem> }) {
  return (
    <>
      {box.data && <Facts box={box.data} />}
      <DataTable
        label="Waiting events, oldest first"
        rows={box.data?.events}
        rowKey={(event) => event.event}
        columns={COLUMNS}
        {...readingOf(box)}
        empty={<Empty title="No events waiting for this order" why="Its last event was just processed." />}
      />
    </>
  );
}

/** How many events of one mailbox the API returns. */
const MOST_SHOWN = 500;

function Facts({ box }: { box: MailboxDetail }) {
  const shown = box.waitingEvents > MOST_SHOWN ? ` (oldest ${MOST_SHOWN} shown)` : '';
  return (
    <FactList
      facts={[
        ['Events', `${figure(box.waitingEvents)}${shown}`],
        ['Oldest wait', <Waited key="waited" ms={box.waitedMs} />],
        ['Since', <When key="since" at={box.waitingSince} />],
        ['Drain job', <Due key="due" due={box.due} />],
      ]}
    />
  );
}

function WakeDialog({ order, onClose }: { order: string; onClose: () => void }) {
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Wake this order"
      confirmLabel="Wake"
      onConfirm={async (reason) => (await tell<Did>(`/mailboxes/${order}/wake`, { reason })).did}
      what={
        <>
          Adds a drain job for <Plain text={order} />, even if one is already due. Nothing is lost or applied
          twice, because every drain must hold the order's lock.
        </>
      }
    />
  );
}

const COLUMNS: readonly Column<MailboxEvent>[] = [
  { head: 'Event', width: 150, cell: ({ event }) => <EventLink event={event} /> },
  { head: 'Topic', cell: Topic },
  { head: 'Webhook id', width: 220, cell: ({ webhookId }) => <Plain text={webhookId ?? '–'} max={60} /> },
  { head: 'Triggered', align: 'right', width: 130, cell: ({ triggeredAt }) => <When at={triggeredAt} /> },
  { head: 'Received', align: 'right', width: 100, cell: ({ receivedAt }) => <When at={receivedAt} /> },
  { head: 'Bytes', align: 'right', width: 80, cell: ({ bodyBytes }) => figure(bodyBytes) },
];

function Topic({ topic, unreadable }: MailboxEvent) {
  return (
    <>
      <Plain text={topic} max={80} />{' '}
      {unreadable !== null && (
        <ToneBadge tone="look" icon={<IconAlertTriangle size={14} aria-hidden />}>
          <Plain text={unreadable} max={100} />
        </ToneBadge>
      )}
    </>
  );
}
