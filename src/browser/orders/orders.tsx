import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { ShownOrder, OrderPage as OrderList } from '../../operate/shapes/orders.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { OrderLink, orderPage } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { StatusBadge, STATUS_NAMES } from './status-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { Plain } from '../text/plain.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';

const FIELDS: readonly FilterField[] = [
  { name: 'name', label: 'Name', placeholder: '#1001' },
  { name: 'shop', label: 'Shop', placeholder: 'example.myshopify.com', width: 220 },
  {
    name: 'parked',
    label: 'Incomplete',
    kind: 'select',
    options: [{ value: '1', label: 'with parked events' }],
    width: 170,
  },
  { name: 'status', label: 'Status', kind: 'select', options: STATUS_NAMES, width: 170 },
];

const keyOf = ({ shop, orderId }: ShownOrder) => `${shop}/${orderId}`;

/** The orders, newest first. */
export function OrdersPage() {
  const { filters, any } = useFilters(['name', 'shop', 'parked', 'status']);
  const [, navigate] = useLocation();
  const list = useCursorPages<OrderList>('/orders', filters, {
    watch: ({ status }) => [status.accepted, status.parked],
  });
  return (
    <Page title="Orders" sentence="Current state of every order in MongoDB.">
      <FilterBar fields={FIELDS} />
      <DataTable
        label="orders"
        {...list}
        rows={list.loading ? undefined : list.pages.flatMap(({ orders }) => orders)}
        rowKey={keyOf}
        onOpen={(order) => navigate(orderPage(keyOf(order)))}
        columns={COLUMNS}
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

const COLUMNS = [
  {
    head: 'Order',
    cell: (order: ShownOrder) => <OrderLink order={keyOf(order)} name={order.name} />,
    width: 90,
  },
  { head: 'Id', cell: ({ orderId }: ShownOrder) => <span className="figures">{orderId}</span>, width: 135 },
  { head: 'Shop', cell: ({ shop }: ShownOrder) => <Plain text={shop} max={60} /> },
  { head: 'Status', cell: ({ status }: ShownOrder) => <StatusBadge status={status} />, width: 165 },
  { head: 'Incomplete', cell: lackOf, width: 120 },
  { head: 'Payment', cell: ({ financialStatus }: ShownOrder) => wordsOf(financialStatus), width: 110 },
  {
    head: 'Fulfillment',
    cell: ({ fulfillmentStatus }: ShownOrder) => wordsOf(fulfillmentStatus),
    width: 100,
  },
  { head: 'Total', cell: totalOf, align: 'right' as const, width: 110 },
  { head: 'Created', cell: ({ createdAt }: ShownOrder) => <When at={createdAt} />, width: 120 },
];

export function totalOf({ totalPrice, currency }: Pick<ShownOrder, 'totalPrice' | 'currency'>): string {
  return totalPrice === null ? '–' : `${totalPrice} ${currency ?? ''}`.trim();
}

/** Shopify's name of a state, for people: `partially_refunded` is shown as `partially refunded`. */
export function wordsOf(state: string | null): string {
  return state?.replaceAll('_', ' ') ?? '–';
}

/** How many events the order lacks. Parked events stand out. */
function lackOf({ shop, orderId, parkedEvents, waitingEvents }: ShownOrder): ReactNode {
  if (parkedEvents > 0)
    return (
      <Link className="link" href={orderPage(`${shop}/${orderId}`)}>
        <ToneBadge tone="bad">{parkedEvents} parked</ToneBadge>
      </Link>
    );
  return waitingEvents ? `${waitingEvents} waiting` : '';
}
