import { useLocation } from 'wouter';
import type { Destination, DestinationList } from '../../operate/shapes/destinations.ts';
import { GoneIn, Oldest, Pace } from '../backlog/backlog.tsx';
import { effectPace } from '../client/effect-pace.ts';
import { useApi } from '../client/use-api.ts';
import { Empty } from '../components/empty.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { readingOf } from '../tables/reading.ts';
import { DestinationLink, destinationPage } from '../effects/destination-link.tsx';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { DestinationForm } from '../destination-form/destination-form.tsx';
import { StateAndCircuit } from './destination-state.tsx';
import { OpenCount } from './open-count.tsx';
import { addressOf } from './destination-facts.tsx';

/** Where effects go: one row each, with what is open; and adding one. */
export function DestinationsPage() {
  const [, go] = useLocation();
  const list = useApi<DestinationList>('/destinations', undefined, { watch: effectPace });
  const adding = useChange();
  const destinations = list.data?.destinations;
  return (
    <Page
      title="Destinations"
      sentence={destinations && sentenceOf(destinations)}
      actions={
        <MayButton
          needs="admin"
          size="xs"
          idle={destinations ? null : 'The destinations are not loaded yet'}
          onClick={() => adding.open(true)}
        >
          Add…
        </MayButton>
      }
    >
      <DataTable
        label="Destinations, by name"
        rows={destinations}
        rowKey={({ name }) => name}
        columns={COLUMNS}
        onOpen={({ name }) => go(destinationPage(name))}
        {...readingOf(list)}
        empty={
          <Empty
            title="No destinations yet"
            why="A destination receives changes of orders as signed messages, in the sequence of each order. Admins can add one."
          />
        }
      />
      {adding.opened && (
        <DestinationForm
          destination={null}
          taken={(destinations ?? []).map(({ name }) => name)}
          onClose={adding.close}
        />
      )}
    </Page>
  );
}

function sentenceOf(destinations: readonly Destination[]): string {
  if (destinations.length === 0) return 'Changes of orders are sent nowhere.';
  const paused = destinations.filter(({ phase }) => phase === 'paused' || phase === 'window').length;
  const stopped = destinations.reduce((sum, { open }) => sum + open.parked + open.inDoubt, 0);
  return [
    `${several(destinations.length, 'destination', 'destinations')}.`,
    ...(paused > 0 ? [`${paused} paused.`] : []),
    ...(stopped > 0 ? [`${several(stopped, 'effect needs', 'effects need')} a decision.`] : []),
  ].join(' ');
}

/** What matters first: on a phone, the rest is reached by scrolling. */
const COLUMNS: readonly Column<Destination>[] = [
  { head: 'Name', width: 110, cell: ({ name }) => <DestinationLink name={name} /> },
  { head: 'State', width: 150, cell: StateAndCircuit },
  { head: 'Waiting', align: 'right', width: 70, cell: (row) => <OpenCount of={row} state="waiting" /> },
  { head: 'Failing', align: 'right', width: 70, cell: (row) => <OpenCount of={row} state="failing" /> },
  { head: 'In doubt', align: 'right', width: 80, cell: (row) => <OpenCount of={row} state="in_doubt" /> },
  { head: 'Parked', align: 'right', width: 70, cell: (row) => <OpenCount of={row} state="parked" /> },
  { head: 'Waits for', align: 'right', width: 95, cell: Oldest },
  { head: 'Sent', align: 'right', width: 75, cell: Pace },
  { head: 'Done in', align: 'right', width: 120, cell: GoneIn },
  { head: 'Address', cell: Address },
];

function Address(destination: Destination) {
  return (
    <>
      <Plain text={addressOf(destination)} max={90} />
      <span className="under">
        {destination.kind}: <Plain text={destination.on.join(', ') || 'what handlers set off'} max={60} />
      </span>
    </>
  );
}
