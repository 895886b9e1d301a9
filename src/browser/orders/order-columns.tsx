import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { fulfillmentOf, StatusBadge, wordsOf } from '../components/status-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import type { Column } from '../tables/data-table.tsx';
import { isSameAmount, money } from '../text/amounts.ts';
import { OrderLink, orderPage } from '../text/order-link.tsx';
import { ShopLink } from '../text/shop-link.tsx';
import { When } from '../text/when.tsx';

export const keyOf = ({ shop, orderId }: ShownOrder) => `${shop}/${orderId}`;

/** On a phone, the first and the last column have what matters: name, status, total, and when. */
export function columnsOf(sort: string): Column<ShownOrder>[] {
  const byUpdate = sort.endsWith('updated');
  return [
    { head: 'Order', cell: OrderCell, width: 150 },
    {
      head: byUpdate ? 'Updated' : 'Created',
      cell: byUpdate
        ? ({ updatedAt }) => <When at={updatedAt} />
        : ({ createdAt }) => <When at={createdAt} />,
      width: 170,
      deskOnly: true,
    },
    { head: 'Shop', cell: ({ shop }) => <ShopLink shop={shop} short />, width: 140, deskOnly: true },
    { head: 'Status', cell: ({ status }) => <StatusBadge status={status} />, width: 165, deskOnly: true },
    {
      head: 'Payment',
      cell: ({ financialStatus }) => wordsOf(financialStatus),
      width: 150,
      deskOnly: true,
    },
    { head: 'Fulfillment', cell: fulfillmentOf, width: 105, deskOnly: true },
    {
      head: 'Total',
      cell: (order) => <TotalCell order={order} byUpdate={byUpdate} />,
      align: 'right',
      width: 120,
    },
  ];
}

function OrderCell(order: ShownOrder): ReactNode {
  return (
    <>
      <OrderLink order={keyOf(order)} name={order.name} /> <Marks order={order} />
      <span className="phone-only">
        <StatusBadge status={order.status} /> <ShopLink shop={order.shop} short />
      </span>
    </>
  );
}

/** What is unusual about an order. Parked events stand out. */
function Marks({ order }: { order: ShownOrder }) {
  const { parkedEvents, waitingEvents, test } = order;
  return (
    <>
      {test === true && <ToneBadge tone="look">test</ToneBadge>}{' '}
      {parkedEvents > 0 && (
        <Link className="link" href={orderPage(keyOf(order))}>
          <ToneBadge tone="bad">{parkedEvents} parked</ToneBadge>
        </Link>
      )}{' '}
      {waitingEvents ? <ToneBadge tone="info">{waitingEvents} waiting</ToneBadge> : null}
    </>
  );
}

function TotalCell({ order, byUpdate }: { order: ShownOrder; byUpdate: boolean }) {
  const { totalPrice, currentTotalPrice, currency } = order;
  const isOther = currentTotalPrice !== null && !isSameAmount(totalPrice, currentTotalPrice);
  return (
    <>
      {money(totalPrice, currency)}
      {isOther && <span className="under">now {money(currentTotalPrice, currency)}</span>}
      <span className="under phone-only">
        <When at={byUpdate ? order.updatedAt : order.createdAt} />
      </span>
    </>
  );
}
