import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import type { ParkedEvent, ParkedPage } from '../../operate/shapes/parked.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar } from '../tables/filter-bar.tsx';
import { MayButton } from '../components/may-button.tsx';
import { EventLink, OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { useChosen } from '../tables/use-chosen.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { useKey } from '../dialogs/use-key.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { useMay } from '../client/who.tsx';
import { allLike, theseOf, type Asks, type Choice } from './parked-choice.ts';
import { parkedMoves } from './parked-moves.ts';
import { PARKED_STATES } from './parked-state.tsx';

const FIELDS = [
  { name: 'topic', label: 'Topic', placeholder: 'orders/updated', width: 200 },
  { name: 'shop', label: 'Shop', placeholder: 'name.myshopify.com', width: 260 },
] as const;

const CHOOSING = {
  idOf: ({ event }: ParkedEvent) => event,
  nameOf: ({ event }: ParkedEvent) => `event ${event.slice(0, 12)}`,
};

/** Parked events one by one, with checkboxes to select some. */
export function ParkedEvents({ asks }: { asks: Asks }) {
  const { filters, set, any } = useFilters(['cause', 'topic', 'shop', 'state']);
  const { set: open } = useFilters(['event']);
  const list = useCursorPages<ParkedPage>('/parked', filters, { watch: parkedMoves });
  const rows = list.pages.flatMap((page) => page.parked);
  const { chosen, column } = useChosen(rows, CHOOSING);
  const parked = filters.state === '' || filters.state === 'parked';
  const choice = chosen.length > 0 ? theseOf(chosen) : allLike(filters);
  const idle = !parked || rows.length === 0;
  const may = useMay('operator');
  useKey('r', () => {
    if (may && !idle) asks.replay(choice);
  });
  return (
    <>
      <States state={filters.state} onChange={(state) => set({ state })} />
      <FilterBar fields={FIELDS} />
      {filters.cause !== '' && <OneCause cause={filters.cause} onClear={() => set({ cause: '' })} />}
      {parked && <ChoiceBar choice={choice} chosen={chosen.length} idle={idle} asks={asks} />}
      <DataTable
        label="Parked events, newest first"
        {...list}
        rows={rows}
        rowKey={({ event }) => event}
        columns={parked ? [column, ...COLUMNS] : COLUMNS}
        onOpen={({ event }) => open({ event })}
        empty={<NoEvents any={any} parked={parked} />}
      />
    </>
  );
}

function States({ state, onChange }: { state: string; onChange: (state: string) => void }) {
  return (
    <div>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label="State"
        data={Object.entries(PARKED_STATES).map(([value, { word }]) => ({ value, label: word }))}
        value={state === '' ? 'parked' : state}
        onChange={(next) => onChange(next === 'parked' ? '' : next)}
      />
    </div>
  );
}

function OneCause({ cause, onClear }: { cause: string; onClear: () => void }) {
  return (
    <Group gap="xs" mb="sm">
      <Text size="sm" component="div">
        Only this cause: <Plain text={cause} max={160} />
      </Text>
      <Button size="compact-xs" variant="default" onClick={onClear}>
        All causes
      </Button>
    </Group>
  );
}

interface ChoiceBarProps {
  choice: Choice;
  chosen: number;
  idle: boolean;
  asks: Asks;
}

/** Always shown, so that nothing moves when the first event is selected. */
function ChoiceBar({ choice, chosen, idle, asks }: ChoiceBarProps) {
  const which = chosen > 0 ? `${chosen} selected` : 'all matching';
  return (
    <Group gap="xs" mb="sm">
      {(['replay', 'discard'] as const).map((act) => (
        <MayButton
          key={act}
          needs="operator"
          size="xs"
          variant="default"
          idle={idle ? 'There are no parked events here' : null}
          onClick={() => asks[act](choice)}
        >
          {act === 'replay' ? 'Replay' : 'Discard'} {which}…
        </MayButton>
      ))}
    </Group>
  );
}

function NoEvents({ any, parked }: { any: boolean; parked: boolean }) {
  if (any) return <Empty title="No events match" why="Choose another state or clear the filters." />;
  if (parked)
    return (
      <Empty
        title="No parked events"
        why="An event is parked when it cannot be applied after all attempts."
      />
    );
  return null;
}

const COLUMNS: readonly Column<ParkedEvent>[] = [
  { head: 'Event', width: 145, cell: ({ event }) => <EventLink event={event} /> },
  { head: 'Topic', width: 140, cell: ({ topic }) => <Plain text={topic} max={80} /> },
  { head: 'Order', width: 200, cell: Order },
  { head: 'Error', cell: ({ error }) => <Plain text={error} max={90} /> },
  { head: 'Attempts', align: 'right', width: 75, cell: ({ attempts }) => attempts },
  { head: 'Replays', align: 'right', width: 70, cell: ({ replays }) => replays },
  { head: 'Last tried', align: 'right', width: 95, cell: ({ lastAt }) => <When at={lastAt} /> },
];

/** `<shop>/-`: the body names no readable order. */
export function Order({ order }: Pick<ParkedEvent, 'order'>) {
  if (order.endsWith('/-')) return <span title={order}>no readable order</span>;
  return <OrderLink order={order} />;
}
