import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { ReconcilePage } from '../../operate/shapes/reconcile.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { PASS_COLUMNS } from './shop-reconciles.tsx';
import { ShopLink } from '../text/shop-link.tsx';

const FIELDS: readonly FilterField[] = [
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 260 },
];

/** The reconciliations of all shops. */
export function ReconcilesPage() {
  const { filters, any } = useFilters(['shop']);
  const list = useCursorPages<ReconcilePage>('/reconciles', filters, {
    watch: ({ sample }) => sample.appliedPerSecond,
  });
  return (
    <Page
      title="Reconciliation"
      sentence="Comparisons of each shop's orders with Shopify's, newest first."
      actions={
        <Button component={Link} href="/completeness" variant="default" size="xs">
          Completeness
        </Button>
      }
    >
      <FilterBar fields={FIELDS} />
      <DataTable
        label="Reconciliations of all shops"
        {...list}
        rows={list.loading ? undefined : list.pages.flatMap(({ reconciles }) => reconciles)}
        rowKey={({ id }) => id}
        columns={[
          { head: 'Shop', width: 210, cell: ({ shop }) => <ShopLink shop={shop} /> },
          ...PASS_COLUMNS,
        ]}
        empty={
          <Empty
            title={any ? 'No reconciliations match' : 'No reconciliations yet'}
            why="The app program compares the orders of every installed shop on a schedule."
          />
        }
      />
    </Page>
  );
}
