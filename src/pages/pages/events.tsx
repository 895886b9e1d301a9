import { useLocation } from 'wouter';
import type { EventPage as EventList, EventSummary } from '../../watch/shapes/events.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar, type FilterField } from '../components/filter-bar.tsx';
import { EventLink, OrderLink } from '../components/order-link.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../components/plain.tsx';
import { Age, When } from '../components/when.tsx';
import { useFilters } from '../use-filters.ts';
import { usePages } from '../use-pages.ts';

const FIELDS: readonly FilterField[] = [
  { name: 'order', label: 'Order', placeholder: '#1001, an id, shop/id' },
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 190 },
  { name: 'topic', label: 'Topic', placeholder: 'orders/updated' },
  {
    name: 'outcome',
    label: 'Outcome',
    kind: 'select',
    options: ['applied', 'stale', 'unchanged', 'late', 'parked'],
    width: 120,
  },
  { name: 'webhookId', label: 'Webhook id' },
  { name: 'hash', label: 'Hash begins with', placeholder: '4 digits or more', width: 130 },
  { name: 'since', label: 'Since', kind: 'time' },
  { name: 'until', label: 'Until', kind: 'time' },
];

/** Events that ended, newest first. */
export function EventsPage() {
  const { filters, any } = useFilters(FIELDS.map(({ name }) => name));
  const [, navigate] = useLocation();
  const params = { ...filters, hash: filters.hash?.toLowerCase() };
  const list = usePages<EventList>('/events', params, {
    watch: ({ status, sample }) => [
      status.accepted,
      status.parked,
      status.waitingEvents,
      sample.appliedPerSecond,
    ],
  });
  const rows = list.pages.flatMap(({ events }) => events);
  return (
    <Page
      title="Events"
      sentence="Events that ended, newest first; those that wait are in the mailboxes of their orders."
    >
      <FilterBar fields={FIELDS} />
      <DataTable
        label="events"
        {...list}
        rows={list.loading ? undefined : rows}
        rowKey={({ event }) => event}
        onOpen={({ event }) => navigate(`/events/${event}`)}
        columns={COLUMNS}
        empty={<NoEvents any={any} last={list.pages.at(-1)} more={list.more} />}
      />
      {rows.length > 0 && <LookedBack last={list.pages.at(-1)} more={list.more} />}
    </Page>
  );
}

interface EndProps {
  /** The page that was read last. */
  last: EventList | undefined;
  more: boolean;
}

/** Where a search for something rare stands: a page looks at 5,000 events at most. */
function LookedBack({ last, more }: EndProps) {
  if (!more || !last?.lookedBackTo) return null;
  return (
    <p className="footnote">
      Looked back to <When at={last.lookedBackTo} />; “Show more” looks further.
    </p>
  );
}

function NoEvents({ any, last, more }: EndProps & { any: boolean }) {
  if (more) return <Empty title="None found so far" why={<LookedBack last={last} more />} />;
  return any ? (
    <Empty title="No event is like that" why="The filters above hide all others: clear them to see these." />
  ) : (
    <Empty
      title="No event ended yet"
      why="An event stands here once it was applied, found stale, or parked."
    />
  );
}

const COLUMNS = [
  { head: 'Ended', cell: ({ appliedAt }: EventSummary) => <When at={appliedAt} />, width: 90 },
  { head: 'Outcome', cell: ({ outcome }: EventSummary) => <OutcomeBadge outcome={outcome} />, width: 110 },
  { head: 'Topic', cell: ({ topic }: EventSummary) => <Plain text={topic} max={60} />, width: 160 },
  {
    head: 'Order',
    cell: ({ order, shop }: EventSummary) => (
      <OrderLink order={order.includes('/') ? order : `${shop}/${order}`} />
    ),
    width: 190,
  },
  { head: 'Event', cell: ({ event }: EventSummary) => <EventLink event={event} />, width: 140 },
  { head: 'After', cell: tookOf, align: 'right' as const, width: 70 },
  {
    head: 'Duplicates',
    cell: ({ duplicates }: EventSummary) => (duplicates === 0 ? '–' : duplicates),
    align: 'right' as const,
    width: 80,
  },
  { head: 'Because', cell: ({ because }: EventSummary) => because && <Plain text={because} max={60} /> },
];

/** From its arrival to its end. */
function tookOf({ appliedAt, receivedAt }: EventSummary) {
  return <Age ms={appliedAt === null ? null : Math.max(0, Date.parse(appliedAt) - Date.parse(receivedAt))} />;
}
