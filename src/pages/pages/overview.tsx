import { SimpleGrid, Skeleton, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { Now, Program } from '../../watch/shapes/system.ts';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { StatCard } from '../components/stat-card.tsx';
import { Age, When } from '../components/when.tsx';
import { useNow } from '../live.tsx';
import '../styles/overview.css';
import { cardsOf } from './cards.ts';
import { OverviewCharts } from './overview-charts.tsx';

/** Is it fine? One sentence first. */
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
      <Programs programs={now?.programs} />
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
      <span role="status">{now ? now.status.sentence : 'Asking how it is …'}</span>
    </div>
  );
}

function Programs({ programs }: { programs: readonly Program[] | undefined }) {
  return (
    <DataTable
      label="programs that are alive"
      rows={programs}
      rowKey={({ id }) => id}
      loading={programs === undefined}
      columns={[
        { head: 'Program', cell: ({ program }) => program, width: 140 },
        { head: 'Host and process', cell: ({ id }) => <span className="mono">{id}</span> },
        { head: 'Started', cell: ({ startedAt }) => <When at={startedAt} />, width: 190 },
        {
          head: 'Last heard',
          cell: ({ lastHeardMs }) => <Age ms={lastHeardMs} />,
          align: 'right',
          width: 110,
        },
      ]}
      empty={
        <Empty
          title="No program was heard of in the last 10 s"
          why="Each tells Redis once a second that it lives: with Redis away, or all of them stopped, none is heard."
        />
      }
    />
  );
}
