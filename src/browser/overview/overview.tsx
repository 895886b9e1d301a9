import { SimpleGrid, Skeleton, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Now } from '../../operate/shapes/system.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { StatCard } from './stat-card.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age, When } from '../text/when.tsx';
import { useNow } from '../client/live.tsx';
import './overview.css';
import { ALIVE_MS, cardsOf } from './cards.ts';
import { OverviewCharts } from './overview-charts.tsx';

/** The overall state: one sentence first, then figures. */
export function OverviewPage() {
  const { now } = useNow();
  return (
    <Page title="Overview">
      <Sentence now={now} />
      <SimpleGrid cols={{ base: 2, xs: 3, md: 4, lg: 6 }} spacing="sm" mb="lg">
        {now
          ? cardsOf(now).map((card) => <StatCard key={card.label} {...card} />)
          : Array.from({ length: CARDS }, (_, at) => <Skeleton key={at} height={94} />)}
      </SimpleGrid>
      <OverviewCharts />
      <Title order={2} size="h5" mt="lg" mb="xs">
        Programs
      </Title>
      <Programs now={now} />
    </Page>
  );
}

const CARDS = 12;

function Sentence({ now }: { now: Now | null }) {
  const level = now?.status.level ?? 'fine';
  const Mark = level === 'fine' ? IconCircleCheck : IconAlertTriangle;
  return (
    <div className="sentence" data-level={now ? level : 'unknown'}>
      {now ? <Mark size={22} aria-hidden /> : <Skeleton circle height={22} />}
      <output>
        {now ? now.status.sentence : 'Loading …'}
        {now?.status.link && now.status.link !== '/' && (
          <Link className="banner-link" href={now.status.link}>
            Details
          </Link>
        )}
      </output>
    </div>
  );
}

function Programs({ now }: { now: Now | null }) {
  const programs = now?.programs;
  const readAt = Date.parse(now?.sample.at ?? '');
  return (
    <DataTable
      label="programs"
      rows={programs}
      rowKey={({ id }) => id}
      loading={programs === undefined}
      columns={[
        { head: 'Program', cell: ({ program }) => program, width: 140 },
        { head: 'Host and process', cell: ({ id }) => <span className="mono">{id}</span> },
        { head: 'Started', cell: ({ startedAt }) => <When at={startedAt} />, width: 190 },
        {
          head: 'Last heartbeat',
          cell: ({ lastHeardMs }) => <Heard ms={lastHeardMs} readAt={readAt} />,
          align: 'right',
          width: 230,
        },
      ]}
      empty={
        <Empty
          title="No program has reported in the last hour"
          why="Programs report to Redis once a second. The list is empty while Redis is down or all programs are stopped."
        />
      }
    />
  );
}

/** A program that died stays in the list for an hour. */
function Heard({ ms, readAt }: { ms: number; readAt: number }) {
  if (ms < ALIVE_MS) return <Age ms={ms} />;
  return (
    <ToneBadge tone="bad">
      no heartbeat since <When at={new Date(readAt - ms)} />
    </ToneBadge>
  );
}
