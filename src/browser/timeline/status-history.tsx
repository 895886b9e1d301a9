import { Title } from '@mantine/core';
import { DataTable } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { EventLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

type StoredPart = Record<string, unknown>;
const textOf = (part: StoredPart, name: string) => (typeof part[name] === 'string' ? part[name] : '');

/** The order's last 100 status changes, oldest first. */
export function StatusHistory({ history }: { history: readonly StoredPart[] }) {
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Status history
      </Title>
      <DataTable
        label="Status history"
        rows={history.map((move, at) => ({ ...move, at }) as StoredPart & { at: number })}
        rowKey={({ at }) => String(at)}
        columns={[
          {
            head: 'Status',
            cell: (move) => <Plain text={textOf(move, 'status').replaceAll('_', ' ')} />,
            width: 180,
          },
          { head: 'Happened', cell: (move) => <When at={textOf(move, 'occurredAt')} />, width: 180 },
          { head: 'Applied', cell: (move) => <When at={textOf(move, 'appliedAt')} />, width: 180 },
          { head: 'Caused by', cell: (move) => <Plain text={textOf(move, 'topic')} max={60} />, width: 230 },
          { head: 'Event', cell: (move) => <EventLink event={textOf(move, 'event')} /> },
        ]}
        empty={<Empty title="No status changes" why="The order still has its first status." />}
      />
    </>
  );
}
