import { Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ParkedGroup, ParkedGroups } from '../../operate/shapes/parked.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { EventLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { allLike, type Asks } from './parked-choice.ts';
import { readingOf } from '../tables/reading.ts';

interface GroupsProps {
  groups: UseQueryResult<ParkedGroups, ApiProblem>;
  asks: Asks;
}

/** Parked events by cause, topic and shop, largest first. */
export function ParkedGroupsTable({ groups, asks }: GroupsProps) {
  const { set } = useFilters(['view', 'cause', 'topic', 'shop', 'state']);
  return (
    <DataTable
      label="Parked events by cause, largest first"
      rows={groups.data?.groups}
      rowKey={({ cause, topic, shop }) => JSON.stringify([cause, topic, shop])}
      columns={columnsWith(asks)}
      onOpen={({ cause, topic, shop }) => set({ view: 'events', cause, topic, shop, state: '' })}
      {...readingOf(groups)}
      empty={
        <Empty
          title="No parked events"
          why="An event is parked when it cannot be applied after all attempts. Its order continues without it."
        />
      }
    />
  );
}

function columnsWith(asks: Asks): Column<ParkedGroup>[] {
  return [
    { head: 'Events', align: 'right', width: 70, cell: ({ events }) => figure(events) },
    { head: 'Cause', cell: Cause },
    { head: 'Topic', width: 165, cell: ({ topic }) => <Plain text={topic} max={80} /> },
    { head: 'Shop', width: 190, cell: ({ shop }) => <Plain text={shop} max={80} /> },
    { head: 'First', align: 'right', width: 105, cell: ({ firstAt }) => <When at={firstAt} /> },
    { head: 'Last', align: 'right', width: 105, cell: ({ lastAt }) => <When at={lastAt} /> },
    { head: 'Actions', align: 'right', width: 110, cell: (group) => <Buttons group={group} asks={asks} /> },
  ];
}

/** The cause, with its newest event as a sample. */
function Cause({ cause, sample }: ParkedGroup) {
  return (
    <>
      <div>
        <Plain text={cause} max={120} />
      </div>
      <span className="dim">e.g.</span> <EventLink event={sample} />
    </>
  );
}

function Buttons({ group, asks }: { group: ParkedGroup; asks: Asks }) {
  const choice = allLike(group);
  const of = `${group.topic} of ${group.shop}`;
  return (
    <Stack gap={4} align="stretch">
      <MayButton
        needs="operator"
        size="compact-xs"
        variant="default"
        aria-label={`Replay ${of}`}
        onClick={() => asks.replay(choice)}
      >
        Replay…
      </MayButton>
      <MayButton
        needs="operator"
        size="compact-xs"
        variant="default"
        aria-label={`Discard ${of}`}
        onClick={() => asks.discard(choice)}
      >
        Discard…
      </MayButton>
    </Stack>
  );
}
