import { Stack } from '@mantine/core';
import type { EffectRow } from '../../operate/shapes/effects.ts';
import { MayButton } from '../components/may-button.tsx';
import type { Column } from '../tables/data-table.tsx';
import { DestinationLink } from './destination-link.tsx';
import { age } from '../text/figures.ts';
import { Copy, OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { ACTS, theseEffects, type EffectChoice } from './effect-choice.ts';
import { EffectLink } from './effect-link.tsx';
import { EffectState } from './effect-state.tsx';

export function effectColumns(ask: (choice: EffectChoice) => void): Column<EffectRow>[] {
  return [
    { head: 'Created', width: 85, cell: ({ createdAt }) => <When at={createdAt} />, deskOnly: true },
    { head: 'State', width: 100, cell: ({ state }) => <EffectState state={state} /> },
    { head: 'Topic', width: 150, cell: Topic },
    { head: 'Order, destination', width: 175, cell: Way },
    { head: 'Attempts', align: 'right', width: 70, cell: ({ attempts }) => attempts },
    { head: 'Last error', width: 160, cell: Why },
    { head: 'Receipt', width: 110, cell: Receipt },
    { head: 'Action', align: 'right', width: 95, cell: (effect) => <Acts effect={effect} ask={ask} /> },
  ];
}

function Topic({ topic, version, late, id }: EffectRow) {
  return (
    <>
      <EffectLink id={id} text={topic} />
      <span className="under">
        version {version}
        {late && ', late'} <Copy text={id} what="effect id" />
      </span>
    </>
  );
}

/** From which order to which destination. */
function Way({ order, destination }: EffectRow) {
  return (
    <>
      <OrderLink order={order} />
      <span className="under">
        <DestinationLink name={destination} />
      </span>
    </>
  );
}

/** Why it is not done, and when it is tried again. */
function Why({ lastError, because, dueAt, state }: EffectRow) {
  const why = because ?? lastError;
  if (why === null) return <span className="dim">–</span>;
  return (
    <>
      <Plain text={why} max={120} />
      {state === 'failing' && dueAt !== null && (
        <span className="under">
          next attempt <When at={dueAt} />
        </span>
      )}
    </>
  );
}

/** What the destination answered to the last attempt, when, and how fast. */
function Receipt({ receipt }: EffectRow) {
  if (receipt === null) return <span className="dim">–</span>;
  return (
    <>
      <Plain text={receipt.answer} max={40} />, {age(receipt.ms)}
      <span className="under">
        <When at={receipt.at} />
      </span>
    </>
  );
}

function Acts({ effect, ask }: { effect: EffectRow; ask: (choice: EffectChoice) => void }) {
  return (
    <Stack gap={4} align="stretch">
      <EffectButtons effect={effect} ask={ask} />
    </Stack>
  );
}

const LABELS = { replay: 'Replay…', skip: 'Skip…' } as const;

/** What can be done to an effect in its state. */
export function EffectButtons({ effect, ask }: { effect: EffectRow; ask: (choice: EffectChoice) => void }) {
  return ACTS[effect.state].map((act) => (
    <MayButton
      key={act}
      needs="operator"
      size="compact-xs"
      variant="default"
      aria-label={`${act} ${effect.topic} of ${effect.order} at ${effect.destination}, version ${effect.version}`}
      onClick={() => ask(theseEffects(act, [effect.id]))}
    >
      {LABELS[act]}
    </MayButton>
  ));
}
