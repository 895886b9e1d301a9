import type { ReactNode } from 'react';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { fulfillmentOf, StatusBadge, wordsOf } from '../components/status-badge.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { isSameAmount, money } from '../text/amounts.ts';
import { When } from '../text/when.tsx';

/** What people ask first: the status, payment and fulfillment side by side, the total, and when. */
export function OrderHead({ order }: { order: ShownOrder }) {
  const { totalPrice, currentTotalPrice, currency } = order;
  const isOther = currentTotalPrice !== null && !isSameAmount(currentTotalPrice, totalPrice);
  return (
    <dl className="order-head">
      <Fact name="Status">
        <StatusBadge status={order.status} /> <Marks order={order} />
      </Fact>
      <Fact name="Payment">{wordsOf(order.financialStatus)}</Fact>
      <Fact name="Fulfillment">{fulfillmentOf(order)}</Fact>
      <Fact name={isOther ? 'Current total' : 'Total'}>
        <b>{money(isOther ? currentTotalPrice : totalPrice, currency)}</b>
      </Fact>
      <Fact name="Created">
        <When at={order.createdAt} />
      </Fact>
      {order.cancelledAt !== null && (
        <Fact name="Cancelled">
          <When at={order.cancelledAt} />
        </Fact>
      )}
      {order.deletedAt !== null && (
        <Fact name="Deleted">
          <When at={order.deletedAt} />
        </Fact>
      )}
    </dl>
  );
}

function Marks({ order: { test, waitingEvents } }: { order: ShownOrder }) {
  return (
    <>
      {test === true && <ToneBadge tone="look">test order</ToneBadge>}{' '}
      {waitingEvents ? <ToneBadge tone="info">{waitingEvents} waiting</ToneBadge> : null}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="figures">{children}</dd>
    </div>
  );
}
