import { Button, Title } from '@mantine/core';
import { Link, useParams } from 'wouter';
import type { EventDetail } from '../../operate/shapes/events.ts';
import { Copy, OrderLink } from '../text/order-link.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { Age, When } from '../text/when.tsx';
import '../styles/timeline.css';
import { useApi } from '../client/use-api.ts';
import { EventPayload } from './event-payload.tsx';
import { FactList } from '../components/fact-list.tsx';

/** One event: what happened to it, its order, and its payload. */
export function EventPage() {
  const { event = '' } = useParams();
  const answer = useApi<EventDetail>(
    `/events/${encodeURIComponent(event)}`,
    {},
    { watch: ({ status }) => [status.parked, status.duplicates] },
  );
  const detail = answer.data;
  return (
    <Page
      title={`Event ${event.slice(0, 12)}`}
      sentence={
        <span className="mono wrap">
          <Plain text={event} max={64} /> <Copy text={event} what="event hash" />
        </span>
      }
      actions={detail && <Ways detail={detail} />}
    >
      {answer.error && <Problem problem={answer.error} />}
      {detail && (
        <>
          <EventFacts detail={detail} />
          <Earlier detail={detail} />
          <EventPayload event={event} />
        </>
      )}
    </Page>
  );
}

const orderOf = ({ order, shop }: EventDetail) => (order.includes('/') ? order : `${shop}/${order}`);

function Ways({ detail }: { detail: EventDetail }) {
  return (
    <>
      <Button component={Link} href={`/dedupe?event=${detail.event}`} variant="default" size="xs">
        Dedupe key
      </Button>
      {detail.outcome === 'parked' && (
        <Button component={Link} href={`/parked?event=${detail.event}`} size="xs">
          Parked entry
        </Button>
      )}
    </>
  );
}

function EventFacts({ detail }: { detail: EventDetail }) {
  const { appliedAt, receivedAt } = detail;
  const took = appliedAt === null ? null : Math.max(0, Date.parse(appliedAt) - Date.parse(receivedAt));
  return (
    <FactList
      facts={[
        ['Outcome', <OutcomeBadge key="outcome" outcome={detail.outcome} />],
        ['Reason', detail.because ? <Plain key="because" text={detail.because} /> : '–'],
        ...(detail.notes.length > 0
          ? [['Notes', <Plain key="notes" text={detail.notes.join('; ')} />] as const]
          : []),
        ['Topic', <Plain key="topic" text={detail.topic} max={100} />],
        ['Order', <OrderLink key="order" order={orderOf(detail)} />],
        ['Happened', <When key="occurred" at={detail.occurredAt} />],
        ['Triggered', <When key="triggered" at={detail.triggeredAt} />],
        ['Received', <When key="received" at={receivedAt} />],
        ['Locked', <When key="locked" at={detail.lockedAt} />],
        ['Processed', <When key="applied" at={appliedAt} />],
        ['Received to processed', <Age key="took" ms={took} />],
        ['Worker', detail.worker ? <Plain key="worker" text={detail.worker} max={100} /> : '–'],
        ['Sequence', detail.sequence ?? '–'],
        ['Webhook id', detail.webhookId ? <Plain key="webhook" text={detail.webhookId} max={100} /> : '–'],
        ['Duplicates', detail.duplicates],
        ['Shop', <Plain key="shop" text={detail.shop} max={100} />],
      ]}
    />
  );
}

function Earlier({ detail: { earlier } }: { detail: EventDetail }) {
  if (earlier.length === 0) return null;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Earlier outcomes
      </Title>
      {earlier.map((before) => (
        <p key={`${before.outcome} ${before.at}`} className="entry-line">
          <OutcomeBadge outcome={before.outcome} past /> at <When at={before.at} />
          {before.because && (
            <>
              : <Plain text={before.because} />
            </>
          )}
        </p>
      ))}
    </>
  );
}
