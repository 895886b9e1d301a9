import { IconArrowRight, IconCornerDownRight } from '@tabler/icons-react';
import type { EffectDetail } from '../../operate/shapes/effects.ts';
import { EffectLink } from '../effects/effect-link.tsx';
import { EffectState } from '../effects/effect-state.tsx';
import { age, several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

interface EffectRowsProps {
  effects: readonly EffectDetail[];
  /** No event above them says which change they are about. */
  alone?: boolean;
}

/** What an event set off: one row for each destination, in the columns of the timeline. */
export function EffectRows({ effects, alone = false }: EffectRowsProps) {
  return effects.map((effect) => <EffectRow key={effect.id} effect={effect} alone={alone} />);
}

function EffectRow({ effect, alone }: { effect: EffectDetail; alone: boolean }) {
  const { id, destination, topic, state, receipt, createdAt, doneAt } = effect;
  const isMessage = topic.startsWith(OF_HANDLER);
  const Arrow = isMessage ? IconCornerDownRight : IconArrowRight;
  return (
    <div className="entry-row effect-row" data-kind="effect" data-state={state}>
      <span className="entry-number">
        <Arrow size={14} aria-hidden />
      </span>
      <span className="entry-time">
        <When at={doneAt ?? receipt?.at ?? createdAt} />
      </span>
      <span className="entry-topic">
        <EffectLink id={id} text={destination} />
        {(alone || isMessage) && (
          <span className="under">
            <Plain text={topic} max={80} />
          </span>
        )}
      </span>
      <span className="entry-outcome">
        <EffectState state={state} />
      </span>
      <span className="entry-what">
        <Receipt effect={effect} />
      </span>
    </div>
  );
}

/** Topics of the messages that handlers set off. */
const OF_HANDLER = 'handler/';

/** What an effect that is not over waits for. */
const DUE: Partial<Record<EffectDetail['state'], string>> = {
  waiting: 'due',
  failing: 'next attempt',
  sleeping: 'sleeps until',
};

function Receipt({ effect }: { effect: EffectDetail }) {
  const { state, attempts, receipt, because, lastError, dueAt, steps } = effect;
  const why = because ?? (state === 'done' ? null : lastError);
  const due = DUE[state];
  return (
    <>
      {receipt && (
        <span>
          <Plain text={receipt.answer} max={80} /> in {age(receipt.ms)}
        </span>
      )}
      {attempts > 1 && <b>{several(attempts, 'attempt', 'attempts')}</b>}
      {why !== null && <Plain text={why} max={160} />}
      {due !== undefined && dueAt !== null && (
        <span className="dim">
          {due} <When at={dueAt} />
        </span>
      )}
      {steps.length > 0 && <Steps steps={steps} />}
    </>
  );
}

/** Its page has all of them. */
const STEPS = 8;

/** What a handler has done, in sequence. */
function Steps({ steps }: Pick<EffectDetail, 'steps'>) {
  const left = steps.length - STEPS;
  return (
    <span className="dim">
      {steps.slice(0, STEPS).map((step, i) => (
        <span key={`${step.round} ${step.kind} ${step.name}`}>
          {i > 0 && ', '}
          <Plain text={step.kind === 'undo' ? 'undo' : step.name} max={60} /> {step.state}
        </span>
      ))}
      {left > 0 && `, and ${several(left, 'step', 'steps')}`}
    </span>
  );
}
