import { Alert, Button, Group, Text, Title } from '@mantine/core';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { MayButton } from '../components/may-button.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { MOST_CHOSEN } from '../tables/most-chosen.ts';
import { useChosen } from '../tables/use-chosen.tsx';
import { figure, several } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { useComparison, type Comparison, type Difference } from './use-comparison.ts';

/** Compares what a destination has with what it accepted, and sends again what it lost. */
export function OtherSide({ destination }: { destination: Destination }) {
  const place = `/destinations/${encodeURIComponent(destination.name)}`;
  const { found, start, stop } = useComparison(`${place}/compare`);
  const isRunning = found.state === 'running';
  return (
    <>
      <div className="section-head">
        <Title order={2} size="h5">
          What it has
        </Title>
        {isRunning ? (
          <Button size="xs" variant="default" onClick={stop}>
            Stop
          </Button>
        ) : (
          <MayButton
            needs="operator"
            size="xs"
            variant="default"
            idle={unreadable(destination)}
            onClick={() => void start()}
          >
            Compare
          </MayButton>
        )}
      </div>
      <Found found={found} place={place} />
    </>
  );
}

/** Why it cannot be read from here; null: it can. */
function unreadable({ kind, readBack }: Destination): string | null {
  if (readBack !== null || kind === 'postgres') return null;
  return 'Its settings do not say how it is read. The command line compares files: destination compare';
}

function Found({ found, place }: { found: Comparison; place: string }) {
  if (found.state === 'new')
    return (
      <Text size="sm" c="dimmed">
        Not compared yet. A comparison names each order that it lost or has in an older version. It changes
        nothing.
      </Text>
    );
  return (
    <>
      <Text size="sm" component="output" display="block" mb="xs">
        {wordsOf(found)}
      </Text>
      {found.problem && (
        <Alert className="problem" role="alert" variant="outline" mb="xs">
          <Plain text={found.problem.message} max={500} />
        </Alert>
      )}
      {found.differences.length > 0 && <Differences found={found} place={place} />}
    </>
  );
}

const STATES = {
  new: '',
  running: 'Comparing. ',
  stopped: 'Not compared to its end. ',
  done: '',
  failed: 'Not compared to its end. ',
} as const satisfies Record<Comparison['state'], string>;

function wordsOf({ state, compared, differences, onItsWay, unchecked }: Comparison): string {
  return [
    `${STATES[state]}${several(differences.length, 'difference', 'differences')} in ${several(compared, 'order', 'orders')}.`,
    ...(onItsWay > 0 ? [`${figure(onItsWay)} on their way.`] : []),
    ...(unchecked > 0 ? [`${figure(unchecked)} too old to compare versions.`] : []),
  ].join(' ');
}

function Differences({ found, place }: { found: Comparison; place: string }) {
  // What Lockstep does not know cannot be sent.
  const lost = found.differences.filter((each) => each.found !== 'unknown');
  const { chosen, column } = useChosen(lost, { idOf: ({ order }) => order, nameOf: ({ order }) => order });
  const repairing = useChange<readonly string[]>();
  const ids = lost.slice(0, MOST_CHOSEN).map(({ order }) => order);
  const asked = chosen.length > 0 ? chosen : ids;
  const choice: Column<Difference> = {
    ...column,
    cell: (row) => (row.found === 'unknown' ? null : column.cell(row)),
  };
  return (
    <>
      <Group mb="xs">
        <MayButton
          needs="operator"
          size="xs"
          idle={ids.length > 0 ? null : 'Lockstep does not know these orders'}
          onClick={() => repairing.open(asked)}
        >
          {chosen.length > 0 ? `Repair ${figure(chosen.length)} selected…` : `Repair ${figure(ids.length)}…`}
        </MayButton>
      </Group>
      <DataTable<Difference>
        label="Differences, by order"
        rows={found.differences}
        rowKey={({ order }) => order}
        columns={[choice, ...COLUMNS]}
        empty={null}
      />
      {repairing.over && <RepairDialog orders={repairing.over} place={place} onClose={repairing.close} />}
    </>
  );
}

const FOUND = {
  missing: 'it does not have it',
  older: 'it has an older version',
  unknown: 'Lockstep does not know it',
} as const satisfies Record<Difference['found'], string>;

function Finding({ found, expected, held }: Difference) {
  return (
    <>
      {FOUND[found]}
      <span className="under phone-only">
        accepted {figure(expected)}, has {figure(held)}
      </span>
    </>
  );
}

const COLUMNS: readonly Column<Difference>[] = [
  { head: 'Order', width: 180, cell: ({ order }) => <OrderLink order={order} /> },
  {
    head: 'Accepted',
    align: 'right',
    width: 90,
    deskOnly: true,
    cell: ({ expected }) => figure(expected),
  },
  { head: 'Has', align: 'right', width: 90, deskOnly: true, cell: ({ held }) => figure(held) },
  { head: 'Finding', cell: Finding },
];
