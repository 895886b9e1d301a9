import { Group } from '@mantine/core';
import type { EffectPage, EffectRow } from '../../operate/shapes/effects.ts';
import { effectPace } from '../client/effect-pace.ts';
import { useCursorPages } from '../client/use-cursor-pages.ts';
import { Empty } from '../components/empty.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { DataTable } from '../tables/data-table.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { useChosen } from '../tables/use-chosen.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { effectsLike, theseEffects, type EffectAct, type EffectChoice } from './effect-choice.ts';
import { effectColumns } from './effect-columns.tsx';
import { EFFECT_STATE_OPTIONS } from './effect-state.tsx';
import { EffectsDialog } from './effects-dialog.tsx';

const FIELDS: readonly FilterField[] = [
  { name: 'destination', label: 'Destination', placeholder: 'its whole name' },
  { name: 'order', label: 'Order', placeholder: 'name.myshopify.com/order id', width: 300 },
  { name: 'state', label: 'State', kind: 'select', options: EFFECT_STATE_OPTIONS, width: 120 },
];

const CHOOSING = {
  idOf: ({ id }: EffectRow) => id,
  nameOf: ({ topic, order, destination, version }: EffectRow) =>
    `${topic} of ${order} at ${destination}, version ${version}`,
};

/** What orders set off at destinations, newest first; and replaying and skipping it. */
export function EffectsPage() {
  const { filters, any } = useFilters(['destination', 'order', 'state']);
  const list = useCursorPages<EffectPage>('/effects', filters, { watch: effectPace });
  const rows = list.pages.flatMap(({ effects }) => effects);
  const { chosen, column } = useChosen(rows, CHOOSING);
  const changing = useChange<EffectChoice>();
  const choiceOf = (act: EffectAct) =>
    chosen.length > 0 ? theseEffects(act, chosen) : effectsLike(act, filters);
  return (
    <Page
      title="Effects"
      sentence="Changes of orders that are sent to destinations, newest first. Those of one order go to a destination one after another."
    >
      <FilterBar fields={FIELDS} />
      <ChoiceBar chosen={chosen.length} isEmpty={rows.length === 0} choiceOf={choiceOf} ask={changing.open} />
      <DataTable
        label="Effects, newest first"
        {...list}
        rows={list.loading ? undefined : rows}
        rowKey={({ id }) => id}
        columns={[column, ...effectColumns(changing.open)]}
        empty={<NoEffects any={any} />}
      />
      {changing.over && <EffectsDialog choice={changing.over} onClose={changing.close} />}
    </Page>
  );
}

interface ChoiceBarProps {
  chosen: number;
  isEmpty: boolean;
  choiceOf: (act: EffectAct) => EffectChoice | null;
  ask: (choice: EffectChoice) => void;
}

const LABELS = { replay: 'Replay', skip: 'Skip' } as const satisfies Record<EffectAct, string>;
const EFFECT_ACTS = Object.keys(LABELS) as EffectAct[];

/** Always shown, so that nothing moves when the first effect is selected. */
function ChoiceBar({ chosen, isEmpty, choiceOf, ask }: ChoiceBarProps) {
  const which = chosen > 0 ? `${chosen} selected` : 'all matching';
  return (
    <Group gap="xs" mb="sm">
      {EFFECT_ACTS.map((act) => {
        const choice = choiceOf(act);
        return (
          <MayButton
            key={act}
            needs="operator"
            size="xs"
            variant="default"
            idle={isEmpty ? 'There are no effects here' : choice ? null : 'Set a filter, or select effects'}
            onClick={() => choice && ask(choice)}
          >
            {LABELS[act]} {which}…
          </MayButton>
        );
      })}
    </Group>
  );
}

function NoEffects({ any }: { any: boolean }) {
  if (any) return <Empty title="No effects match" why="Change or clear the filters to see others." />;
  return (
    <Empty
      title="No effects yet"
      why="An effect appears here when an order changes and a destination wants this change."
    />
  );
}
