import { Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconClockHour4, IconPlayerTrackPrev } from '@tabler/icons-react';
import type { HandlerStepRow } from '../../operate/shapes/effects.ts';
import { StateBadge, type StateLook } from '../components/state-badge.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

/** What a handler has done for an effect, in sequence. Results are not shown: they may have personal data. */
export function HandlerSteps({ steps }: { steps: readonly HandlerStepRow[] }) {
  return (
    <>
      <div className="section-head">
        <Title order={2} size="h5">
          Steps
        </Title>
        <Text size="sm" c="dimmed">
          A step that is done does not run again.
        </Text>
      </div>
      <DataTable
        label="Steps of the handler, in sequence"
        rows={steps}
        rowKey={({ round, kind, name }) => `${round} ${kind} ${name}`}
        columns={steps.some(({ round }) => round > 0) ? [ROUND, ...COLUMNS] : COLUMNS}
        empty={<Text size="sm">No step is done yet.</Text>}
      />
    </>
  );
}

const STATES = {
  done: { tone: 'good', icon: IconCheck, means: 'It does not run again' },
  sleeping: { tone: 'info', icon: IconClockHour4, means: 'The handler continues at that time' },
  undoing: { tone: 'look', icon: IconPlayerTrackPrev, means: 'The steps before it are being undone' },
  undone: { tone: 'plain', icon: IconArrowBackUp, means: 'It was done, and then undone' },
} as const satisfies Record<HandlerStepRow['state'], StateLook>;

/** Only shown if the handler began again. */
const ROUND: Column<HandlerStepRow> = { head: 'Round', width: 60, cell: ({ round }) => round + 1 };

const COLUMNS: readonly Column<HandlerStepRow>[] = [
  { head: 'Step', width: 200, cell: Name },
  { head: 'State', width: 110, cell: ({ state }) => <StateBadge look={STATES[state]}>{state}</StateBadge> },
  { head: 'When', width: 110, cell: ({ at }) => <When at={at} /> },
  { head: 'Undone', width: 110, cell: ({ undoneAt }) => <When at={undoneAt} /> },
];

function Name({ kind, name, until, because }: HandlerStepRow) {
  if (kind === 'undo') return <Undo because={because} />;
  return (
    <>
      <Plain text={name} max={100} />
      {until !== null && (
        <span className="under">
          until <time dateTime={until}>{until.slice(0, 19).replace('T', ' ')}</time>
        </span>
      )}
    </>
  );
}

function Undo({ because }: Pick<HandlerStepRow, 'because'>) {
  return (
    <>
      undo what is done
      {because !== null && (
        <span className="under">
          <Plain text={because} max={300} />
        </span>
      )}
    </>
  );
}
