import { IconClockPause, IconHourglassEmpty } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import type { MailboxRow, MailboxPage } from '../../operate/shapes/mailboxes.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure, several } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age, When } from '../text/when.tsx';
import { useCursorPages } from '../client/use-cursor-pages.ts';

/** Orders with waiting events, longest wait first. */
export function MailboxesPage() {
  const [, go] = useLocation();
  const boxes = useCursorPages<MailboxPage>(
    '/mailboxes',
    {},
    { watch: ({ status }) => [status.waitingEvents, status.oldestWaitMs] },
  );
  const total = boxes.pages[0]?.total;
  return (
    <Page
      title="Mailboxes"
      sentence={
        total === undefined ? undefined : `${several(total, 'order has', 'orders have')} waiting events.`
      }
    >
      <DataTable
        label="Orders with waiting events, longest wait first"
        rows={boxes.pages.flatMap((page) => page.mailboxes)}
        rowKey={(box) => box.order}
        columns={COLUMNS}
        onOpen={(box) => go(`/mailboxes/${box.order}`)}
        {...boxes}
        empty={
          <Empty
            title="No waiting events"
            why="Every event received so far is processed. This is normal while the workers keep up."
          />
        }
      />
    </Page>
  );
}

const COLUMNS: readonly Column<MailboxRow>[] = [
  { head: 'Order', cell: (box) => <OrderLink order={box.order} /> },
  { head: 'Events', align: 'right', width: 90, cell: (box) => figure(box.waitingEvents) },
  { head: 'Waiting for', align: 'right', width: 110, cell: (box) => <Waited ms={box.waitedMs} /> },
  { head: 'Since', align: 'right', width: 100, cell: (box) => <When at={box.waitingSince} /> },
  { head: 'Drain job', width: 110, cell: (box) => <Due due={box.due} /> },
];

/** The same limit as in the status: a wait of half a minute is worth a look. */
const LONG_WAIT_MS = 30_000;

export function Waited({ ms }: { ms: number }) {
  if (ms < LONG_WAIT_MS) return <Age ms={ms} />;
  return (
    <ToneBadge tone="look" icon={<IconClockPause size={14} aria-hidden />}>
      <Age ms={ms} />
    </ToneBadge>
  );
}

export function Due({ due }: { due: boolean }) {
  if (due) return <>due</>;
  return (
    <span title="The sweeper adds one within 10 s">
      <ToneBadge tone="look" icon={<IconHourglassEmpty size={14} aria-hidden />}>
        none yet
      </ToneBadge>
    </span>
  );
}
