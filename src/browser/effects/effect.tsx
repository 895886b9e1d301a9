import { useParams } from 'wouter';
import type { EffectDetail } from '../../operate/shapes/effects.ts';
import { effectPace } from '../client/effect-pace.ts';
import { useApi } from '../client/use-api.ts';
import { FactList } from '../components/fact-list.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { age } from '../text/figures.ts';
import { Copy, OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { DestinationLink } from './destination-link.tsx';
import type { EffectChoice } from './effect-choice.ts';
import { EffectButtons } from './effect-columns.tsx';
import { EffectState } from './effect-state.tsx';
import { EffectsDialog } from './effects-dialog.tsx';
import { HandlerSteps } from './handler-steps.tsx';
import { UndoEffect } from './undo-effect.tsx';

/** One effect: what happened to it, and, if its destination is a handler, what the handler has done. */
export function EffectPage() {
  const { id = '' } = useParams();
  const { data: effect, error } = useApi<EffectDetail>(
    `/effects/${encodeURIComponent(id)}`,
    {},
    { watch: effectPace },
  );
  const changing = useChange<EffectChoice>();
  return (
    <Page
      title={`Effect ${id.slice(0, 12)}`}
      sentence={
        <span className="mono wrap">
          <Plain text={id} max={64} /> <Copy text={id} what="effect id" />
        </span>
      }
      actions={
        effect && (
          <>
            <EffectButtons effect={effect} ask={changing.open} />
            <UndoEffect effect={effect} />
          </>
        )
      }
    >
      {error && <Problem problem={error} />}
      {effect && <Facts effect={effect} />}
      {effect && (effect.steps.length > 0 || isOfHandler(effect)) && <HandlerSteps steps={effect.steps} />}
      {changing.over && <EffectsDialog choice={changing.over} onClose={changing.close} />}
    </Page>
  );
}

function isOfHandler({ destination }: EffectDetail): boolean {
  return destination.startsWith('handler-');
}

function Facts({ effect }: { effect: EffectDetail }) {
  const { state, because, lastError, receipt } = effect;
  const why = because ?? lastError;
  return (
    <FactList
      facts={[
        ['State', <EffectState key="state" state={state} />],
        ['Reason', why === null ? '–' : <Plain key="why" text={why} max={500} />],
        ['Destination', <DestinationLink key="destination" name={effect.destination} />],
        ['Order', <OrderLink key="order" order={effect.order} />],
        ['Topic', <Plain key="topic" text={effect.topic} max={100} />],
        ['Version of the order', effect.version],
        ['Late', effect.late ? 'yes: its event arrived after newer ones' : 'no'],
        ['Created', <When key="created" at={effect.createdAt} />],
        ['Attempts', effect.attempts],
        ['Last attempt', <When key="last" at={receipt?.at} />],
        ['Its answer', receipt ? <Answer key="answer" {...receipt} /> : '–'],
        [state === 'sleeping' ? 'Sleeps until' : 'Next attempt', <When key="due" at={effect.dueAt} />],
        ['Ended', <When key="done" at={effect.doneAt} />],
      ]}
    />
  );
}

function Answer({ answer, ms }: { answer: string; ms: number }) {
  return (
    <>
      <Plain text={answer} max={100} />, {age(ms)}
    </>
  );
}
