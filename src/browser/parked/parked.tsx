import { SegmentedControl } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ParkedGroups } from '../../operate/shapes/parked.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { useChange } from '../dialogs/change-dialog.tsx';
import { several } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { useApi } from '../client/use-api.ts';
import { useFilters } from '../tables/use-filters.ts';
import { useKey } from '../dialogs/use-key.ts';
import { useMay } from '../client/who.tsx';
import { DiscardDialog } from './discard-dialog.tsx';
import { parkedMoves } from './parked-moves.ts';
import { EVERYTHING, type Asks, type Choice } from './parked-choice.ts';
import { ParkedEvents } from './parked-events.tsx';
import { ParkedGroupsTable } from './parked-groups.tsx';
import { ParkedOne } from './parked-one.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { Replays } from '../replays/replays.tsx';

const VIEWS = [
  { value: 'groups', label: 'By cause' },
  { value: 'events', label: 'Events' },
  { value: 'replays', label: 'Replays' },
];

/** Events that could not be applied: by cause and one by one; and the replays. */
export function ParkedPage() {
  const { filters, set } = useFilters(['view', 'event']);
  const view = VIEWS.some(({ value }) => value === filters.view) ? filters.view : 'groups';
  const groups = useApi<ParkedGroups>('/parked/groups', undefined, { watch: parkedMoves });
  const may = useMay('operator');
  const replaying = useChange<Choice>();
  const discarding = useChange<Choice>();
  useKey('r', () => {
    if (may && view !== 'events' && filters.event === '') replaying.open(EVERYTHING);
  });
  const asks = { replay: replaying.open, discard: discarding.open };
  return (
    <Page
      title="Parked"
      sentence={groups.data && sentenceOf(groups.data)}
      actions={
        <MayButton
          needs="operator"
          size="xs"
          variant="default"
          idle={groups.data?.events === 0 ? 'There are no parked events' : null}
          onClick={() => replaying.open(EVERYTHING)}
        >
          Replay all…
        </MayButton>
      }
    >
      <SegmentedControl
        mb="md"
        aria-label="View"
        data={VIEWS}
        value={view}
        onChange={(next) => set({ view: next, event: '' })}
      />
      <View view={view} event={filters.event} groups={groups} asks={asks} />
      {replaying.over && <ReplayDialog choice={replaying.over} onClose={replaying.close} />}
      {discarding.over && <DiscardDialog choice={discarding.over} onClose={discarding.close} />}
    </Page>
  );
}

interface ViewProps {
  view: string;
  event: string;
  groups: UseQueryResult<ParkedGroups, ApiProblem>;
  asks: Asks;
}

function View({ view, event, groups, asks }: ViewProps) {
  if (event !== '') return <ParkedOne event={event} asks={asks} />;
  if (view === 'events') return <ParkedEvents asks={asks} />;
  if (view === 'replays') return <Replays />;
  return <ParkedGroupsTable groups={groups} asks={asks} />;
}

function sentenceOf({ groups, events }: ParkedGroups): string {
  if (events === 0) return 'No events are parked.';
  const causes = new Set(groups.map(({ cause }) => cause)).size;
  const parked = several(events, 'parked event', 'parked events');
  return `${parked}, ${several(causes, 'cause', 'causes')}. Fix the cause, then replay.`;
}
