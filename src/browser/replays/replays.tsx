import type { ReplayList, ReplayRun } from '../../operate/shapes/parked.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { useApi, useRefetch } from '../client/use-api.ts';
import { useFilters } from '../tables/use-filters.ts';
import { readingOf } from '../tables/reading.ts';
import { ReplayRunPanel } from './replay-run.tsx';
import { RunState } from './run-state.tsx';

/** Replays, newest first, with the selected or running one above them. */
export function Replays() {
  const { filters, set } = useFilters(['run']);
  const runs = useApi<ReplayList>('/parked/replays');
  const rows = runs.data?.replays;
  const running = rows?.find(({ state }) => state === 'running');
  // While a replay runs, its progress is fetched with every sample.
  useRefetch(['/parked/replays', {}], (now) => (running ? now.sample.at : now.status.parked));
  const shown = filters.run === '' ? running?.id : filters.run;
  return (
    <>
      {shown !== undefined && <ReplayRunPanel id={shown} />}
      <DataTable
        label="Replays, newest first"
        rows={rows}
        rowKey={({ id }) => id}
        columns={COLUMNS}
        onOpen={({ id }) => set({ run: id })}
        {...readingOf(runs)}
        empty={
          <Empty title="No replays yet" why="Fix the cause of parked events, then replay them by cause." />
        }
      />
    </>
  );
}

const COLUMNS: readonly Column<ReplayRun>[] = [
  { head: 'Replay', width: 90, cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
  { head: 'State', width: 120, cell: (run) => <RunState run={run} /> },
  {
    head: 'Replayed',
    align: 'right',
    width: 130,
    cell: ({ replayed, total }) => `${figure(replayed)} of ${figure(total)}`,
  },
  { head: 'Parked again', align: 'right', width: 110, cell: ({ parkedAgain }) => figure(parkedAgain) },
  { head: 'Started', align: 'right', width: 95, cell: ({ startedAt }) => <When at={startedAt} /> },
  { head: 'Ended', align: 'right', width: 95, cell: ({ endedAt }) => <When at={endedAt} /> },
  { head: 'Who', width: 130, cell: ({ who }) => <Plain text={who} max={60} /> },
  { head: 'Reason', cell: ({ reason }) => <Plain text={reason} max={120} /> },
];
