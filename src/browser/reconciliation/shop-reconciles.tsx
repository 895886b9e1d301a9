import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconRefresh } from '@tabler/icons-react';
import type { Reconcile } from '../../operate/shapes/reconcile.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';
import { When } from '../text/when.tsx';

/** A shop's latest reconciliations, newest first. */
export function ShopReconciles({ reconciles }: { reconciles: readonly Reconcile[] }) {
  return (
    <DataTable
      label="Reconciliations, newest first"
      rows={reconciles}
      rowKey={({ id }) => id}
      columns={PASS_COLUMNS}
      empty={
        <Empty
          title="Not reconciled yet"
          why="The app program compares a shop's orders with Shopify's soon after the shop installs the app."
        />
      }
    />
  );
}

const STATES = {
  asked: { tone: 'info', icon: IconClock, means: 'The app program starts it within seconds' },
  running: { tone: 'info', icon: IconRefresh, means: 'In progress' },
  done: { tone: 'good', icon: IconCheck, means: 'All orders were compared' },
  failed: { tone: 'bad', icon: IconAlertTriangle, means: 'It ended early; the last column says why' },
  aborted: { tone: 'plain', icon: IconHandStop, means: 'Aborted; orders already repaired stay repaired' },
} as const satisfies Record<Reconcile['state'], StateLook>;

function State({ state, dryRun }: Reconcile) {
  return <StateBadge look={STATES[state]}>{dryRun ? `${state}, dry run` : state}</StateBadge>;
}

export const PASS_COLUMNS: readonly Column<Reconcile>[] = [
  { head: 'Requested', width: 100, cell: ({ askedAt }) => <When at={askedAt} /> },
  { head: 'State', width: 130, cell: State },
  {
    head: 'Changed since',
    width: 110,
    cell: ({ since }) => (since === null ? 'all time' : <When at={since} />),
  },
  { head: 'Checked', align: 'right', width: 80, cell: ({ checked }) => figure(checked) },
  { head: 'Missing', align: 'right', width: 80, cell: ({ missing }) => figure(missing) },
  { head: 'Stale', align: 'right', width: 70, cell: ({ stale }) => figure(stale) },
  { head: 'Differs', align: 'right', width: 70, cell: ({ differs }) => figure(differs) },
  { head: 'Stuck', align: 'right', width: 70, cell: ({ stuck }) => figure(stuck) },
  { head: 'Unknown to Shopify', align: 'right', width: 90, cell: ({ gone }) => figure(gone) },
  { head: 'Who', width: 90, cell: ({ who }) => <Plain text={who} max={60} /> },
  { head: 'Reason', cell: ({ because, reason }) => <Plain text={because ?? reason} max={200} /> },
];
