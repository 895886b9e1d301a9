import { useLocation } from 'wouter';
import type { Completeness, CompletenessPage } from '../../operate/shapes/completeness.ts';
import { useRefetch } from '../client/use-api.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { Empty } from '../components/empty.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { ShopLink } from '../text/shop-link.tsx';
import { When } from '../text/when.tsx';
import { CheckDialog } from './check-dialog.tsx';
import { CheckResult, isOpen } from './check-result.tsx';

const FIELDS: readonly FilterField[] = [
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 260 },
];

/** Completeness checks of all shops, or of one. */
export function ChecksPage() {
  const { filters, any } = useFilters(['shop']);
  const [, go] = useLocation();
  const asking = useChange();
  const list = useCursorPages<CompletenessPage>('/completeness', filters);
  const rows = list.loading ? undefined : list.pages.flatMap(({ checks }) => checks);
  // While a check runs, its result is fetched with every sample.
  const open = rows?.some(isOpen) ?? false;
  useRefetch(['/completeness', 'pages', filters], open ? (now) => now.sample.at : undefined);
  return (
    <Page
      title="Completeness"
      sentence="How many orders of a period exist here and at Shopify, newest first."
      actions={
        <MayButton needs="operator" size="xs" onClick={() => asking.open(true)}>
          Check…
        </MayButton>
      }
    >
      <FilterBar fields={FIELDS} />
      <DataTable
        label="Completeness checks, newest first"
        {...list}
        rows={rows}
        rowKey={({ id }) => id}
        columns={COLUMNS}
        onOpen={({ id }) => go(`/completeness/${encodeURIComponent(id)}`)}
        empty={
          <Empty
            title={any ? 'No completeness checks match' : 'No completeness checks yet'}
            why="A check counts the orders of a period, here and at Shopify, and signs the result."
          />
        }
      />
      {asking.opened && <CheckDialog shop={filters.shop ?? ''} onClose={asking.close} />}
    </Page>
  );
}

const COLUMNS: readonly Column<Completeness>[] = [
  { head: 'Shop', width: 210, cell: ({ shop }) => <ShopLink shop={shop} /> },
  {
    head: 'Days',
    width: 215,
    cell: ({ from, to }) => <span className="figures">{from === to ? from : `${from} – ${to}`}</span>,
  },
  { head: 'Result', width: 110, cell: (check) => <CheckResult {...check} /> },
  { head: 'Here', align: 'right', width: 80, cell: ({ here }) => figure(here) },
  { head: 'At Shopify', align: 'right', width: 90, cell: ({ atShopify }) => figure(atShopify) },
  { head: 'Requested', align: 'right', width: 110, cell: ({ askedAt }) => <When at={askedAt} /> },
  { head: 'Who', width: 90, cell: ({ who }) => <Plain text={who} max={60} /> },
  { head: 'Reason', cell: ({ because, reason }) => <Plain text={because ?? reason} max={200} /> },
];
