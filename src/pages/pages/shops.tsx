import { Group, Progress } from '@mantine/core';
import { Link, useSearchParams } from 'wouter';
import type { ShopList, ShopRow } from '../../watch/shapes/shops.ts';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure, several } from '../components/figures.ts';
import { FilterBar } from '../components/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../components/plain.tsx';
import { When } from '../components/when.tsx';
import { useApi } from '../use-api.ts';
import { readingOf } from './reading.ts';

const FIELDS = [{ name: 'name', label: 'Shop', placeholder: 'part of its name', width: 260 }] as const;

/** Which shop brings how much, and what waits for it: a noisy shop is seen here. */
export function ShopsPage() {
  const [search] = useSearchParams();
  const name = search.get('name') ?? '';
  const shops = useApi<ShopList>(
    '/shops',
    { name },
    { watch: ({ status }) => [status.accepted, status.waitingEvents] },
  );
  return (
    <Page title="Shops" sentence={shops.data && sentenceOf(shops.data)}>
      <FilterBar fields={FIELDS} />
      <DataTable
        label="Shops, busiest first"
        rows={shops.data?.shops}
        rowKey={(row) => row.shop}
        columns={COLUMNS}
        {...readingOf(shops)}
        empty={<NoShops name={name} />}
      />
    </Page>
  );
}

function sentenceOf({ shops, total }: ShopList): string {
  const first = shops[0];
  if (!first) return 'No shop has sent anything yet.';
  const shown = shops.length < total ? ` The busiest ${shops.length} of ${figure(total)} are shown.` : '';
  return `${several(total, 'shop', 'shops')}; the busiest brought ${percent(first.share)} of the last 24 hours' events.${shown}`;
}

function NoShops({ name }: { name: string }) {
  if (name === '')
    return (
      <Empty title="No shop is known yet" why="A shop appears here with its first event that is taken." />
    );
  return <Empty title="No such shop" why="No shop that has sent an event has this in its name." />;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const COLUMNS: readonly Column<ShopRow>[] = [
  { head: 'Shop', cell: (row) => <Plain text={row.shop} max={80} /> },
  { head: 'Events in 24 h', align: 'right', width: 115, cell: (row) => figure(row.events24h) },
  { head: 'Share', align: 'right', width: 75, cell: (row) => percent(row.share) },
  {
    head: 'Of all traffic',
    width: 140,
    cell: (row) => (
      <Progress
        value={row.share * 100}
        size="sm"
        color="gray"
        aria-label={`${row.shop}: ${percent(row.share)}`}
      />
    ),
  },
  { head: 'Events waiting', align: 'right', width: 115, cell: (row) => figure(row.waitingEvents) },
  { head: 'Last event', align: 'right', width: 100, cell: (row) => <When at={row.lastEventAt} /> },
  { head: 'Look at', width: 170, cell: Links },
];

const PLACES = { orders: 'Orders', events: 'Events', parked: 'Parked' } as const;

function Links({ shop }: ShopRow) {
  const query = new URLSearchParams({ shop }).toString();
  return (
    <Group gap="xs" wrap="nowrap">
      {Object.entries(PLACES).map(([place, word]) => (
        <Link key={place} className="link" href={`/${place}?${query}`} aria-label={`${word} of ${shop}`}>
          {word}
        </Link>
      ))}
    </Group>
  );
}
