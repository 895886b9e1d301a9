import { useLocation } from 'wouter';
import type { OrderPage as OrderList } from '../../operate/shapes/orders.ts';
import { ExportMenu } from './export-menu.tsx';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { DataTable } from '../tables/data-table.tsx';
import { FilterBar } from '../tables/filter-bar.tsx';
import { orderPage } from '../text/order-link.tsx';
import { columnsOf, keyOf } from './order-columns.tsx';
import { OrderCount } from './order-count.tsx';
import { FIELDS, MORE_FIELDS, useOrderParams } from './order-filters.ts';
import '../styles/order.css';

/** The orders, newest first unless another sequence is chosen. */
export function OrdersPage() {
  const { params, sort, any } = useOrderParams();
  const [, navigate] = useLocation();
  const list = useCursorPages<OrderList>('/orders', params, {
    watch: ({ status }) => [status.accepted, status.parked],
  });
  const rows = list.pages.flatMap(({ orders }) => orders);
  return (
    <Page
      title="Orders"
      sentence="Current state of every order in MongoDB."
      actions={<ExportMenu params={params} />}
    >
      <FilterBar fields={FIELDS} more={MORE_FIELDS} />
      <OrderCount params={params} shown={rows.length} more={list.more} isLoading={list.loading} />
      <DataTable
        label="orders"
        {...list}
        rows={list.loading ? undefined : rows}
        rowKey={keyOf}
        onOpen={(order) => navigate(orderPage(keyOf(order)))}
        columns={columnsOf(sort)}
        empty={
          any ? (
            <Empty title="No orders match" why="Clear the filters to see all orders." />
          ) : (
            <Empty title="No orders yet" why="An order appears here once its first event is applied." />
          )
        }
      />
    </Page>
  );
}
