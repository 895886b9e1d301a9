import { IconAlertTriangle } from '@tabler/icons-react';
import type { OpenRequest } from '../../operate/shapes/shops.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { useTime } from '../text/use-time.ts';
import { When } from '../text/when.tsx';

/** Open privacy requests of a shop, for a customer or for the whole shop, soonest due first. */
export function ShopRequests({ requests }: { requests: readonly OpenRequest[] }) {
  return (
    <DataTable
      label="Privacy requests, soonest due first"
      rows={requests}
      rowKey={({ id }) => id}
      columns={REQUEST_COLUMNS}
      empty={
        <Empty
          title="No open requests"
          why="Shopify sends one when a customer's data must be handed over or erased. The audit log has completed requests."
        />
      }
    />
  );
}

/** Automatic erasure takes minutes: a request still open a week before it is due needs an operator. */
const SOON_MS = 7 * 86_400_000;

function Due({ dueAt, state }: OpenRequest) {
  const leftMs = Date.parse(dueAt) - useTime(60_000);
  if (leftMs > SOON_MS || state === 'done') return <When at={dueAt} />;
  return (
    <ToneBadge tone={leftMs < 0 ? 'bad' : 'look'} icon={<IconAlertTriangle size={14} aria-hidden />}>
      {leftMs < 0 ? 'overdue since' : 'due'} <When at={dueAt} />
    </ToneBadge>
  );
}

/** What is left to do. */
const DOES = {
  'customers/data_request': 'hand over the data: npm run ops -- compliance export',
  'customers/redact': 'being erased automatically',
  'shop/redact': 'being erased automatically',
} as const satisfies Record<OpenRequest['kind'], string>;

export const REQUEST_COLUMNS: readonly Column<OpenRequest>[] = [
  { head: 'Kind', width: 170, cell: ({ kind }) => kind },
  { head: 'Received', width: 110, cell: ({ receivedAt }) => <When at={receivedAt} /> },
  { head: 'Due', width: 190, cell: (request) => <Due {...request} /> },
  { head: 'State', width: 90, cell: ({ state }) => state },
  { head: 'Next step', cell: ({ kind, state }) => (state === 'done' ? 'none' : DOES[kind]) },
  {
    head: 'Request',
    width: 130,
    cell: ({ id }) => (
      <code title={id}>
        <Plain text={id.slice(0, 12)} />
      </code>
    ),
  },
];
