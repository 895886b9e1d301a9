import { Text } from '@mantine/core';
import { useLocation } from 'wouter';
import type { EventPage as EventList, EventSummary } from '../../operate/shapes/events.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { EventLink, OrderLink } from '../text/order-link.tsx';
import { OUTCOME_NAMES, OutcomeBadge } from '../components/outcome-badge.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { Age, When } from '../text/when.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';

const FIELDS: readonly FilterField[] = [
  { name: 'order', label: 'Order', placeholder: '#1001, an id, shop/id' },
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 190 },
  { name: 'topic', label: 'Topic', placeholder: 'orders/updated' },
  {
    name: 'outcome',
    label: 'Outcome',
    kind: 'select',
    options: OUTCOME_NAMES,
    width: 120,
  },
  { name: 'webhookId', label: 'Webhook id' },
  { name: 'hash', label: 'Hash begins with', placeholder: '4 or more digits', width: 130 },
  { name: 'since', label: 'Since', kind: 'time' },
  { name: 'until', label: 'Until', kind: 'time' },
];

/** Processed events, newest first. */
export function EventsPage() {
  const { filters, any } = useFilters(FIELDS.map(({ name }) => name));
  const [, navigate] = useLocation();
  const params = { ...filters, hash: filters.hash?.toLowerCase() };
  const list = useCursorPages<EventList>('/events', params, {
    watch: ({ status, sample }) => [
      status.accepted,
      status.parked,
      status.waitingEvents,
      sample.appliedPerSecond,
    ],
  });
  const rows = list.pages.flatMap(({ events }) => events);
  return (
    <Page title="Events" sentence="Processed events, newest first. Waiting events are under Mailboxes.">
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
  /** The last page loaded. */
  last: EventList | undefined;
  more: boolean;
}

/** How far back a search for rare events has come: each page checks 5,000 events at most. */
function LookedBack({ last, more }: EndProps) {
  if (!more || !last?.lookedBackTo) return null;
  return (
    <Text span display="block" my="sm" className="footnote">
      Searched back to <When at={last.lookedBackTo} />. Choose “Show more” to search further.
    </Text>
  );
}

function NoEvents({ any, last, more }: EndProps & { any: boolean }) {
  if (more) return <Empty title="No matches so far" why={<LookedBack last={last} more />} />;
  return any ? (
    <Empty title="No events match" why="Clear the filters to see all events." />
  ) : (
    <Empty
      title="No processed events yet"
      why="An event appears here once it is applied, found to contain nothing new, or parked."
    />
  );
}

const COLUMNS = [
  { head: 'Processed', cell: ({ appliedAt }: EventSummary) => <When at={appliedAt} />, width: 90 },
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
  { head: 'Took', cell: tookOf, align: 'right' as const, width: 70 },
  {
    head: 'Duplicates',
    cell: ({ duplicates }: EventSummary) => (duplicates === 0 ? '–' : duplicates),
    align: 'right' as const,
    width: 80,
  },
  { head: 'Reason', cell: ({ because }: EventSummary) => because && <Plain text={because} max={60} /> },
];

/** From its receipt until it was processed. */
function tookOf({ appliedAt, receivedAt }: EventSummary) {
  return <Age ms={appliedAt === null ? null : Math.max(0, Date.parse(appliedAt) - Date.parse(receivedAt))} />;
}
