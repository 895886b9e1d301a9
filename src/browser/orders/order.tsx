import { Alert, Button, Switch, Title } from '@mantine/core';
import { IconInbox, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { Timeline } from '../../operate/shapes/events.ts';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import type { Now } from '../../operate/shapes/system.ts';
import { Empty } from '../components/empty.tsx';
import { Copy } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { Age, When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { useFilters } from '../tables/use-filters.ts';
import { FactList } from '../components/fact-list.tsx';
import { IncompleteOrder } from './incomplete-order.tsx';
import { OrderParts } from './order-parts.tsx';
import { RebuildOrder } from './rebuild-order.tsx';
import { StatusHistory } from './status-history.tsx';
import { OrderTimeline } from './order-timeline.tsx';
import { StatusBadge } from './status-badge.tsx';
import { totalOf, wordsOf } from './orders.tsx';

/** Any change in the stream may concern this order, because the stream has no figures of single orders. */
const anyMove = ({ status, sample }: Now) => [
  status.accepted,
  status.duplicates,
  status.parked,
  status.waitingEvents,
  status.locksHeld,
  sample.appliedPerSecond,
];

/** One order: its state and history, with links to its lock, its mailbox and its dedupe keys. */
export function OrderPage() {
  const { shop, orderId } = useParams<{ shop: string; orderId: string }>();
  const place = `/orders/${encodeURIComponent(shop)}/${encodeURIComponent(orderId)}`;
  const { filters, set } = useFilters(['changes']);
  const withChanges = filters.changes !== 'off';
  const order = useApi<ShownOrder>(place, {}, { watch: anyMove });
  const timeline = useApi<Timeline>(
    `${place}/timeline`,
    { states: withChanges ? '1' : undefined },
    { watch: anyMove },
  );
  const key = `${shop}/${orderId}`;
  const unknown = order.error?.status === 404 && timeline.error?.status === 404;
  return (
    <Page
      title={`Order ${nameOf(orderId, order.data)}`}
      sentence={
        <span className="figures">
          {key} <Copy text={key} what="order key" />
        </span>
      }
      actions={orderId !== '-' && !unknown && <RebuildOrder place={place} />}
    >
      <OrderFacts order={order.data} problem={order.error} known={timeline.data !== undefined} />
      {!unknown && (
        <Story
          answer={timeline}
          orderKey={key}
          withChanges={withChanges}
          onChanges={(on) => set({ changes: on ? '' : 'off' })}
        />
      )}
      {/* What is below the timeline waits for it: with Redis down it takes seconds, and would push them down. */}
      {order.data && !timeline.isPending && (
        <>
          <StatusHistory history={order.data.statusHistory} />
          <OrderParts order={order.data} />
        </>
      )}
    </Page>
  );
}

function nameOf(orderId: string, order: ShownOrder | undefined): string {
  return order?.name ?? (orderId === '-' ? 'unknown' : orderId);
}

interface StoryProps {
  answer: ReturnType<typeof useApi<Timeline>>;
  orderKey: string;
  withChanges: boolean;
  onChanges: (on: boolean) => void;
}

function Story({ answer, orderKey, withChanges, onChanges }: StoryProps) {
  return (
    <>
      {answer.data && <Held timeline={answer.data} orderKey={orderKey} />}
      <div className="section-head">
        <Title order={2} size="h5">
          Timeline
        </Title>
        <Switch
          size="xs"
          label="Show changes"
          checked={withChanges}
          onChange={(event) => onChanges(event.currentTarget.checked)}
        />
      </div>
      {answer.error && <Problem problem={answer.error} asOf={asOf(answer.dataUpdatedAt)} />}
      <OrderTimeline timeline={answer.data} loading={answer.isPending} />
    </>
  );
}

const asOf = (updatedAt: number) => (updatedAt > 0 ? new Date(updatedAt) : null);

interface OrderFactsProps {
  order: ShownOrder | undefined;
  problem: ReturnType<typeof useApi<ShownOrder>>['error'];
  /** Whether the order has any events. */
  known: boolean;
}

function OrderFacts({ order, problem, known }: OrderFactsProps) {
  if (problem?.status === 404 && known) {
    return (
      <Empty
        title="This order is not in MongoDB yet"
        why="None of its events has been applied. The timeline below shows what happened to them."
      />
    );
  }
  if (problem && !order) return <Problem problem={problem} />;
  return (
    <>
      {problem && <Problem problem={problem} />}
      {order && order.damage.length > 0 && (
        <Alert variant="outline" className="problem">
          The stored document is damaged and is not shown: {order.damage.join('; ')}. Rebuild the order to
          repair it.
        </Alert>
      )}
      <FactList facts={order ? factsOf(order) : FACTS.map((name) => [name, '–'] as const)} />
    </>
  );
}

/** Also shown while the order loads, so that nothing moves. */
const FACTS = [
  'Status',
  'Payment',
  'Fulfillment',
  'Total',
  'Newest snapshot',
  'Cancelled',
  'Deleted',
  'Version',
];

function factsOf(order: ShownOrder): (readonly [string, ReactNode])[] {
  const values = [
    <StatusBadge key="status" status={order.status} />,
    <Plain key="payment" text={wordsOf(order.financialStatus)} max={60} />,
    <Plain key="fulfillment" text={wordsOf(order.fulfillmentStatus)} max={60} />,
    totalOf(order),
    <When key="snapshot" at={order.snapshotAt} />,
    <When key="cancelled" at={order.cancelledAt} />,
    <When key="deleted" at={order.deletedAt} />,
    order.version,
  ];
  return FACTS.map((name, at) => [name, values[at]] as const);
}

/** The order's parked events, lock holder and waiting events, if it has any. */
function Held({ timeline, orderKey }: { timeline: Timeline; orderKey: string }) {
  const { lock, waitingMs, entries } = timeline;
  const waiting = entries.filter(({ outcome }) => outcome === 'waiting').length;
  return (
    <div className="held">
      <IncompleteOrder timeline={timeline} />
      {lock && (
        <Alert variant="outline" className="note" icon={<IconLock size={18} />}>
          Locked by <Plain text={lock.holder.program ?? 'an unknown worker'} max={80} />
          {lock.holder.job !== null && (
            <>
              {' '}
              (job <Plain text={lock.holder.job} max={60} />)
            </>
          )}{' '}
          for <Age ms={lock.ageMs} />
          {lock.holder.alive === false && ', which has stopped responding'}.{' '}
          <Button
            component={Link}
            href={`/locks?order=${encodeURIComponent(orderKey)}`}
            size="compact-xs"
            variant="default"
          >
            Show lock
          </Button>
        </Alert>
      )}
      {waitingMs !== null && (
        <Alert variant="outline" className="note" icon={<IconInbox size={18} />}>
          {waiting === 1 ? 'One event is' : `${waiting} events are`} waiting, the oldest for{' '}
          <Age ms={waitingMs} />.{' '}
          <Button component={Link} href={`/mailboxes/${orderKey}`} size="compact-xs" variant="default">
            Show mailbox
          </Button>
        </Alert>
      )}
    </div>
  );
}
