import { IconAlertTriangle } from '@tabler/icons-react';
import type { OpenRequest } from '../../watch/shapes/shops.ts';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Plain } from '../components/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../components/when.tsx';

/** What Shopify asks for persons of a shop, or for all of it, and is not done; soonest due first. */
export function ShopRequests({ requests }: { requests: readonly OpenRequest[] }) {
  return (
    <DataTable
      label="Requests about personal data, soonest due first"
      rows={requests}
      rowKey={({ id }) => id}
      columns={REQUEST_COLUMNS}
      empty={
        <Empty
          title="Nothing is asked"
          why="Shopify asks here for a customer's data, or that it is erased; what is done stands in the audit."
        />
      }
    />
  );
}

/** What a redaction does by itself takes minutes; what still waits a week before it is due needs somebody. */
const SOON_MS = 7 * 86_400_000;

function Due({ dueAt }: OpenRequest) {
  const leftMs = Date.parse(dueAt) - Date.now();
  if (leftMs > SOON_MS) return <When at={dueAt} />;
  return (
    <ToneBadge tone={leftMs < 0 ? 'bad' : 'look'} icon={<IconAlertTriangle size={14} aria-hidden />}>
      {leftMs < 0 ? 'overdue since' : 'due'} <When at={dueAt} />
    </ToneBadge>
  );
}

/** What is left to do, and by whom. */
const DOES = {
  'customers/data_request': 'to be handed over: npm run ops -- compliance export',
  'customers/redact': 'is being erased, by itself',
  'shop/redact': 'is being erased, by itself',
} as const satisfies Record<OpenRequest['kind'], string>;

export const REQUEST_COLUMNS: readonly Column<OpenRequest>[] = [
  { head: 'Asked', width: 170, cell: ({ kind }) => kind },
  { head: 'Received', width: 110, cell: ({ receivedAt }) => <When at={receivedAt} /> },
  { head: 'Due', width: 190, cell: Due },
  { head: 'State', width: 90, cell: ({ state }) => state },
  { head: 'What is left', cell: ({ kind }) => DOES[kind] },
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
