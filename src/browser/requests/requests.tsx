import type { ComplianceList } from '../../operate/shapes/compliance.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useApi } from '../client/use-api.ts';
import { useFilters } from '../tables/use-filters.ts';
import { ShopLink } from '../text/shop-link.tsx';
import { REQUEST_COLUMNS } from './shop-requests.tsx';

const FIELDS: readonly FilterField[] = [
  {
    name: 'state',
    label: 'State',
    kind: 'select',
    options: [{ value: 'done', label: 'done' }],
    any: 'open',
    width: 120,
  },
];
/** This list of the API is not paged. */
const MOST = 200;

/** Privacy requests of all shops. */
export function RequestsPage() {
  const { filters } = useFilters(['state']);
  const state = filters.state === 'done' ? 'done' : 'open';
  const list = useApi<ComplianceList>('/compliance', { state, limit: MOST });
  return (
    <Page
      title="Privacy requests"
      sentence="Requests from Shopify to see or erase the data of customers and shops."
    >
      <FilterBar fields={FIELDS} />
      {list.error && <Problem problem={list.error} />}
      <DataTable
        label="Privacy requests of all shops"
        rows={list.data?.requests}
        rowKey={({ id }) => id}
        loading={list.isPending}
        columns={[
          { head: 'Shop', width: 210, cell: ({ shop }) => <ShopLink shop={shop} /> },
          ...REQUEST_COLUMNS,
        ]}
        empty={
          <Empty
            title="No requests"
            why="Shopify sends one when a customer asks to see or erase their data, and 48 hours after a shop uninstalls the app."
          />
        }
      />
      {list.data?.more && (
        <p className="footnote">
          Only the first {MOST} are shown. To see all, run: npm run ops -- compliance ls
        </p>
      )}
    </Page>
  );
}
