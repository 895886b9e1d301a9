import { Alert, Skeleton } from '@mantine/core';
import { useParams } from 'wouter';
import type { Timeline } from '../../operate/shapes/events.ts';
import type { OrderEffects as Effects } from '../../operate/shapes/effects.ts';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import type { Now } from '../../operate/shapes/system.ts';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { effectPace } from '../client/effect-pace.ts';
import { useApi } from '../client/use-api.ts';
import { Copy } from '../text/order-link.tsx';
import { ShopLink } from '../text/shop-link.tsx';
import { adminPage, ShopifyLink } from '../components/shopify-link.tsx';
import { visible } from '../text/visible.ts';
import { OrderEffects } from '../effects/order-effects.tsx';
import { OrderHistory } from '../timeline/order-history.tsx';
import { StatusHistory } from '../timeline/status-history.tsx';
import { useTimeline } from '../timeline/use-timeline.ts';
import '../styles/order.css';
import { IncompleteOrder } from './incomplete-order.tsx';
import { OrderAbout } from './order-about.tsx';
import { OrderHead } from './order-head.tsx';
import { OrderLines } from './order-lines.tsx';
import { OrderParcels } from './order-parcels.tsx';
import { OrderExternal, OrderParts } from './order-parts.tsx';
import { OrderPayments } from './order-payments.tsx';
import { OrderTotals } from './order-totals.tsx';
import { RebuildOrder } from './rebuild-order.tsx';

/** Any change in the stream may concern this order, because the stream has no figures of single orders. */
const anyMove = ({ status, sample }: Now) => [
  status.accepted,
  status.duplicates,
  status.parked,
  status.waitingEvents,
  status.locksHeld,
  sample.appliedPerSecond,
];

const anyMoveOrEffect = (now: Now) => [...anyMove(now), effectPace(now)];

/** One order: its current state, and how it got there. */
export function OrderPage() {
  const { shop, orderId } = useParams<{ shop: string; orderId: string }>();
  const place = `/orders/${encodeURIComponent(shop)}/${encodeURIComponent(orderId)}`;
  const order = useApi<ShownOrder>(place, {}, { watch: anyMove });
  const history = useTimeline(`${place}/timeline`, { states: '1' }, { watch: anyMoveOrEffect });
  const effects = useApi<Effects>(`${place}/effects`, {}, { watch: effectPace });
  const isUpperRead = [order, effects].every(({ isPending }) => !isPending);
  const unknown = order.error?.status === 404 && history.problem?.status === 404;
  return (
    <Page
      title={`Order ${nameOf(orderId, order.data)}`}
      sentence={<OrderAddress shop={shop} orderId={orderId} />}
      actions={orderId !== '-' && !unknown && <RebuildOrder place={place} />}
    >
      <OrderNow order={order} timeline={history.timeline} />
      {/* The lower part waits for the upper part, so that nothing is pushed down. */}
      {!unknown && isUpperRead && (
        <>
          <SetOff effects={effects} order={`${shop}/${orderId}`} />
          <OrderHistory history={history} orderKey={`${shop}/${orderId}`} />
        </>
      )}
      {order.data && !history.loading && <BelowHistory order={order.data} />}
    </Page>
  );
}

/** What the order has set off. */
function SetOff({ effects: { data, error }, order }: SetOffProps) {
  return (
    <>
      {error && <Problem problem={error} />}
      {data && <OrderEffects order={order} effects={data.effects} />}
    </>
  );
}

interface SetOffProps {
  effects: ReturnType<typeof useApi<Effects>>;
  order: string;
}

function BelowHistory({ order }: { order: ShownOrder }) {
  return (
    <>
      <OrderPayments order={order} />
      <OrderParcels order={order} />
      <OrderExternal order={order} />
      <StatusHistory history={order.statusHistory} />
      <OrderParts order={order} />
    </>
  );
}

function nameOf(orderId: string, order: ShownOrder | undefined): string {
  return visible(order?.name ?? (orderId === '-' ? 'unknown' : orderId)).slice(0, 80);
}

/** The order's key, and its page at Shopify. */
function OrderAddress({ shop, orderId }: { shop: string; orderId: string }) {
  const href = orderId === '-' ? null : adminPage(shop, 'orders', orderId);
  return (
    <span className="figures wrap">
      <ShopLink shop={shop} />/{visible(orderId).slice(0, 80)}{' '}
      <Copy text={`${shop}/${orderId}`} what="order key" />
      {href !== null && (
        <>
          {' · '}
          <ShopifyLink href={href}>Open in Shopify</ShopifyLink>
        </>
      )}
    </span>
  );
}

interface OrderNowProps {
  order: ReturnType<typeof useApi<ShownOrder>>;
  timeline: Timeline | undefined;
}

function OrderNow({ order: { data: order, error: problem, isPending }, timeline }: OrderNowProps) {
  const parkedEvents = order?.parkedEvents ?? timeline?.parkedEvents ?? 0;
  return (
    <>
      {!isPending && <IncompleteOrder parkedEvents={parkedEvents} parkedNow={timeline?.parkedNow} />}
      {isPending && <Skeleton height={360} aria-hidden />}
      {problem && <Unread problem={problem} isKnown={timeline !== undefined} />}
      {order && <OrderAsApplied order={order} />}
    </>
  );
}

/** @param isKnown whether the order has any events */
function Unread({
  problem,
  isKnown,
}: {
  problem: NonNullable<OrderNowProps['order']['error']>;
  isKnown: boolean;
}) {
  if (problem.status !== 404 || !isKnown) return <Problem problem={problem} />;
  return (
    <Empty
      title="This order is not in MongoDB yet"
      why="None of its events has been applied. The timeline below shows what happened to them."
    />
  );
}

function OrderAsApplied({ order }: { order: ShownOrder }) {
  return (
    <>
      {order.damage.length > 0 && (
        <Alert variant="outline" className="problem" mb="md">
          The stored document is damaged and is not shown: {order.damage.join('; ')}. Rebuild the order to
          repair it.
        </Alert>
      )}
      <OrderHead order={order} />
      <div className="order-panels">
        <OrderTotals order={order} />
        <OrderAbout order={order} />
      </div>
      <OrderLines order={order} />
    </>
  );
}
