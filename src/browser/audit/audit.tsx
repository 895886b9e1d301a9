import { IconCheck, IconHourglass, IconShieldX, IconX, type Icon } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Action, AuditEntry, AuditPage as Entries } from '../../operate/shapes/audit.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar } from '../tables/filter-bar.tsx';
import { EventLink, OrderLink } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { ChainCheck } from './chain-check.tsx';

/** Every audited action; the record makes a missing one a type error. */
const ACTION_NAMES = Object.keys({
  'dedupe.release': 0,
  'lock.release': 0,
  'mailbox.wake': 0,
  'queue.pause': 0,
  'queue.resume': 0,
  'parked.replay': 0,
  'parked.discard': 0,
  'replay.abort': 0,
  'order.rebuild': 0,
  'reconcile.ask': 0,
  'reconcile.abort': 0,
  'completeness.ask': 0,
  'event.payload': 0,
  'event.unmask': 0,
  'order.unmask': 0,
  'order.export': 0,
  'shop.install': 0,
  'shop.uninstall': 0,
  'shop.scopes': 0,
  'compliance.ask': 0,
  'compliance.redact': 0,
  'compliance.export': 0,
  'destination.put': 0,
  'destination.backfill': 0,
  'destination.pause': 0,
  'destination.resume': 0,
  'destination.test': 0,
  'destination.repair': 0,
  'destination.delete': 0,
  'event-type.put': 0,
  'event-type.delete': 0,
  'effects.replay': 0,
  'effects.skip': 0,
  'effects.undo': 0,
  'token.mint': 0,
  'token.revoke': 0,
  'session.begin': 0,
  'session.refuse': 0,
} satisfies Record<Action, 0>);

const FIELDS = [
  { name: 'action', label: 'Action', kind: 'select', options: ACTION_NAMES, width: 160 },
  { name: 'who', label: 'Who', placeholder: 'name' },
  { name: 'target', label: 'Target', placeholder: 'shop/order, event, queue', width: 260 },
  { name: 'since', label: 'Since', kind: 'time' },
] as const;

/** Who did what, to what, why, and with which outcome. */
export function AuditPage() {
  const { filters, any } = useFilters(['action', 'who', 'target', 'since']);
  const entries = useCursorPages<Entries>('/audit', filters);
  return (
    <Page
      title="Audit"
      sentence="Operator actions, newest first. The log is append-only."
      actions={<ChainCheck />}
    >
      <FilterBar fields={FIELDS} />
      <DataTable
        label="Audit, newest first"
        rows={entries.pages.flatMap((page) => page.entries)}
        rowKey={(entry) => String(entry.number)}
        columns={COLUMNS}
        {...entries}
        empty={
          any ? (
            <Empty title="No entries match" why="Clear the filters to see all entries." />
          ) : (
            <Empty title="No entries yet" why="Every change and every sign-in is recorded here." />
          )
        }
      />
    </Page>
  );
}

const OUTCOMES = {
  done: { tone: 'good', icon: IconCheck, means: 'Done' },
  refused: { tone: 'plain', icon: IconShieldX, means: 'Not done; the detail says why' },
  failed: { tone: 'bad', icon: IconX, means: 'An error occurred: check whether it was done' },
  begun: {
    tone: 'look',
    icon: IconHourglass,
    means: 'Running, or its program died in the last 10 minutes: check whether it was done',
  },
} as const satisfies Record<AuditEntry['outcome'], { tone: Tone; icon: Icon; means: string }>;

function Outcome({ outcome, detail }: AuditEntry) {
  const { tone, icon: Mark, means } = OUTCOMES[outcome];
  return (
    <>
      <div title={means}>
        <ToneBadge tone={tone} icon={<Mark size={14} aria-hidden />}>
          {outcome}
        </ToneBadge>
      </div>
      {detail !== null && <Plain text={detail} max={140} />}
    </>
  );
}

const AN_EVENT = /^[0-9a-f]{64}$/;
const A_REPLAY = /^replay ([0-9a-f-]{36})$/;
const AN_ORDER = /^[a-z0-9][a-z0-9.-]*\/\d{1,19}$/;

function Target({ target }: AuditEntry) {
  if (AN_EVENT.test(target)) return <EventLink event={target} />;
  if (AN_ORDER.test(target)) return <OrderLink order={target} />;
  const replay = A_REPLAY.exec(target)?.[1];
  if (replay !== undefined)
    return (
      <Link className="link" href={`/parked?view=replays&run=${replay}`} title={target}>
        replay {replay.slice(0, 8)}
      </Link>
    );
  return <Plain text={target} max={80} />;
}

function Reason({ reason }: AuditEntry) {
  return reason === null ? <span className="dim">–</span> : <Plain text={reason} max={100} />;
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { head: 'No.', align: 'right', width: 60, cell: ({ number }) => number },
  { head: 'When', align: 'right', width: 105, cell: ({ at }) => <When at={at} /> },
  { head: 'Who', width: 120, cell: Who },
  { head: 'Action', width: 125, cell: ({ action }) => action },
  { head: 'Target', width: 215, cell: Target },
  { head: 'Reason', cell: Reason },
  { head: 'Outcome', cell: Outcome },
];

function Who({ who, role }: AuditEntry) {
  return (
    <>
      <Plain text={who} max={60} /> <span className="dim">({role})</span>
    </>
  );
}
