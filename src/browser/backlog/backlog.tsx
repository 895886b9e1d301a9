import { Title } from '@mantine/core';
import { IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Backlog } from '../../operate/shapes/backlog.ts';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { ToneBadge } from '../components/tone-badge.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { age, figure, rate } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

interface Of {
  backlog: Backlog;
}

type Whole = Pick<Destination, 'backlog' | 'phase'>;

/** Whether the other side accepts messages; nothing while it does. */
export function Circuit({ backlog: { circuit, problem } }: Of) {
  if (problem !== null)
    return (
      <span title={problem}>
        <ToneBadge tone="bad" icon={<IconPlugConnectedX size={14} aria-hidden />}>
          cannot be opened
        </ToneBadge>
      </span>
    );
  if (!circuit || circuit.state === 'closed' || circuit.state === 'not_asked') return null;
  const isOpen = circuit.state === 'open';
  return (
    <span title={circuit.because ?? undefined}>
      <ToneBadge
        tone={isOpen ? 'bad' : 'look'}
        icon={isOpen ? <IconPlugConnectedX size={14} aria-hidden /> : <IconRefresh size={14} aria-hidden />}
      >
        {isOpen ? `tried again in ${age(circuit.pausedForMs)}` : 'being tried again'}
      </ToneBadge>
    </span>
  );
}

/** The order that has been waiting longest, and how long. */
export function Oldest({ backlog: { oldest } }: Of) {
  if (!oldest) return <span className="dim">–</span>;
  return (
    <>
      {age(oldest.waitMs)}
      <span className="under">
        <OrderLink order={oldest.order} name={oldest.name} />
      </span>
    </>
  );
}

export function Pace({ backlog: { perSecond } }: Of) {
  if (perSecond === null) return <span title="Unknown while Redis is down">?</span>;
  return perSecond === 0 ? <span className="dim">0</span> : <>{rate(perSecond)} / s</>;
}

/** When what waits will have been sent. */
export function GoneIn({ backlog: { goneInMs, goneUnknown } }: Of) {
  if (goneInMs === 0) return <span className="dim">–</span>;
  if (goneInMs !== null) return <>about {age(goneInMs)}</>;
  return <span title={goneUnknown ?? undefined}>unknown</span>;
}

/** The same, and why it is not known. */
function GoneInAndWhy(of: Of) {
  const { goneUnknown } = of.backlog;
  return (
    <>
      <GoneIn {...of} />
      {goneUnknown !== null && <span className="under">{goneUnknown}</span>}
    </>
  );
}

export function backlogFacts(of: Whole): readonly (readonly [name: string, value: ReactNode])[] {
  const { backlog } = of;
  const { circuit } = backlog;
  const isDown = circuit?.state === 'open' || circuit?.state === 'half_open';
  return [
    ['Other side', otherSide(of)],
    ...(circuit && isDown
      ? ([
          ['Not accepting since', <When key="since" at={circuit.since} />],
          ['Because', <Plain key="because" text={circuit.because ?? '–'} max={200} />],
        ] as const)
      : []),
    ...(backlog.problem === null
      ? []
      : ([['Problem', <Plain key="problem" text={backlog.problem} max={300} />]] as const)),
    ['Orders that wait', figure(backlog.orders)],
    ['Waiting longest', <Oldest key="oldest" {...of} />],
    ['Sent in the last minute', <Pace key="pace" {...of} />],
    ['What waits is sent in', <GoneInAndWhy key="gone" {...of} />],
    ['Behind a failed effect', figure(backlog.behind)],
  ];
}

function otherSide(of: Whole): ReactNode {
  const { circuit, problem } = of.backlog;
  if (!circuit) return 'unknown';
  if (problem === null && circuit.state === 'closed') return 'accepts messages';
  if (circuit.state !== 'not_asked') return <Circuit key="circuit" {...of} />;
  return of.phase === 'ended' ? 'not asked any more' : 'not asked while paused';
}

/** Why effects fail now. */
export function Errors({ backlog: { errors } }: Of) {
  if (errors.length === 0) return null;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Why effects fail
      </Title>
      <DataTable
        label="Why effects fail, the most frequent first"
        rows={errors}
        rowKey={({ because }) => because}
        columns={ERROR_COLUMNS}
        empty={null}
      />
    </>
  );
}

const ERROR_COLUMNS: readonly Column<Backlog['errors'][number]>[] = [
  { head: 'Effects', align: 'right', width: 80, cell: ({ effects }) => figure(effects) },
  { head: 'Last', align: 'right', width: 110, cell: ({ lastAt }) => <When at={lastAt} /> },
  { head: 'Error', cell: ({ because }) => <Plain text={because} max={300} /> },
];
