import { Button } from '@mantine/core';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { ShopList, ShopRow } from '../../operate/shapes/shops.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure, several } from '../text/figures.ts';
import { FilterBar } from '../tables/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { readingOf } from '../tables/reading.ts';
import { ShopLink } from '../text/shop-link.tsx';
import { ShopNeeds, ShopState } from './shop-state.tsx';

const FIELDS = [{ name: 'name', label: 'Shop', placeholder: 'part of its name', width: 260 }] as const;

/** All shops: installation, problems, share of the traffic, and waiting events. */
export function ShopsPage() {
  const [search] = useSearchParams();
  const [, go] = useLocation();
  const name = search.get('name') ?? '';
  const shops = useApi<ShopList>(
    '/shops',
    { name },
    { watch: ({ status }) => [status.accepted, status.waitingEvents, status.shops] },
  );
  return (
    <Page
      title="Shops"
      sentence={shops.data && sentenceOf(shops.data)}
      actions={
        <>
          <Button component={Link} href="/reconciles" variant="default" size="xs">
            Reconciliations
          </Button>
          <Button component={Link} href="/requests" variant="default" size="xs">
            Privacy requests
          </Button>
        </>
      }
    >
      <FilterBar fields={FIELDS} />
      <DataTable
        label="Shops, busiest first"
        rows={shops.data?.shops}
        rowKey={(row) => row.shop}
        columns={COLUMNS}
        onOpen={({ shop }) => go(shopPage(shop))}
        {...readingOf(shops)}
        empty={<NoShops name={name} />}
      />
    </Page>
  );
}

function shopPage(shop: string): string {
  return `/shops/${encodeURIComponent(shop)}`;
}

function sentenceOf({ shops, total }: ShopList): string {
  const first = shops[0];
  if (!first) return 'No shop has installed the app or sent anything yet.';
  const shown = shops.length < total ? ` Showing the first ${figure(shops.length)}.` : '';
  const inNeed = shops.filter(({ attention }) => attention !== null).length;
  const needs = inNeed === 0 ? '' : ` ${several(inNeed, 'needs', 'need')} attention.`;
  const busiest =
    first.events24h === 0
      ? ''
      : `; the busiest sent ${percent(first.share)} of the events of the last 24 hours`;
  return `${several(total, 'shop', 'shops')}${busiest}.${needs}${shown}`;
}

function NoShops({ name }: { name: string }) {
  if (name === '')
    return (
      <Empty
        title="No shops yet"
        why="A shop appears here when it installs the app or sends its first accepted event."
      />
    );
  return <Empty title="No shops match" why="No shop has this text in its name." />;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const COLUMNS: readonly Column<ShopRow>[] = [
  {
    head: 'Shop',
    cell: ({ shop }) => <ShopLink shop={shop} />,
  },
  { head: 'State', width: 115, cell: ({ state }) => <ShopState state={state} /> },
  { head: 'Attention', width: 160, cell: ShopNeeds },
  { head: 'Events in 24 h', align: 'right', width: 110, cell: (row) => figure(row.events24h) },
  { head: 'Share', align: 'right', width: 70, cell: (row) => percent(row.share) },
  { head: 'Waiting', align: 'right', width: 75, cell: (row) => figure(row.waitingEvents) },
  { head: 'Last webhook', align: 'right', width: 95, cell: (row) => <When at={row.lastWebhookAt} /> },
  { head: 'Compared', align: 'right', width: 95, cell: (row) => <When at={row.reconciledTo} /> },
  { head: 'Repaired', align: 'right', width: 75, cell: (row) => figure(row.repaired) },
];
