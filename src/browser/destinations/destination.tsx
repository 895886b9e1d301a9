import { Alert, Group, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import type { Destination } from '../../operate/shapes/destinations.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { Errors } from '../backlog/backlog.tsx';
import { effectPace } from '../client/effect-pace.ts';
import { useApi } from '../client/use-api.ts';
import { Empty } from '../components/empty.tsx';
import { FactList } from '../components/fact-list.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { effectsPage } from '../effects/effect-choice.ts';
import { Code } from '../text/code.tsx';
import { Plain } from '../text/plain.tsx';
import { visible } from '../text/visible.ts';
import { OtherSide } from '../comparison/comparison.tsx';
import { BackfillDialog } from './backfill-dialog.tsx';
import { ActDialog, type DestinationAct } from './destination-acts.tsx';
import { openFacts, settingFacts } from './destination-facts.tsx';
import { DestinationForm } from '../destination-form/destination-form.tsx';
import { DestinationState } from './destination-state.tsx';

/** One destination: its settings, what is open, and what can be done to it. */
export function DestinationPage() {
  const { name = '' } = useParams();
  const answer = useApi<Destination>(`/destinations/${encodeURIComponent(name)}`, {}, { watch: effectPace });
  const { data } = answer;
  const changing = useChange();
  const acting = useChange<DestinationAct>();
  const filling = useChange();
  return (
    <Page
      title={`Destination ${visible(name).slice(0, 63)}`}
      sentence={<Ways name={name} />}
      actions={
        data && (
          <Actions
            destination={data}
            ask={acting.open}
            onBackfill={() => filling.open(true)}
            onChange={() => changing.open(true)}
          />
        )
      }
    >
      <Shown answer={answer} />
      {data && changing.opened && <DestinationForm destination={data} onClose={changing.close} />}
      {data && filling.opened && <BackfillDialog destination={data} onClose={filling.close} />}
      {data && acting.over && <ActDialog act={acting.over} destination={data} onClose={acting.close} />}
    </Page>
  );
}

/** After a deletion, the data is what it was; the answer says that it is gone. */
function Shown({
  answer: { data, error, dataUpdatedAt },
}: {
  answer: UseQueryResult<Destination, ApiProblem>;
}) {
  if (error?.status === 404) return <Empty title="No such destination" why={error.message} />;
  return (
    <>
      {error && <Problem problem={error} asOf={data ? new Date(dataUpdatedAt) : null} />}
      {data && <All destination={data} />}
    </>
  );
}

function Ways({ name }: { name: string }) {
  return (
    <>
      <Link className="link" href="/destinations">
        All destinations
      </Link>
      {' · '}
      <Link className="link" href={effectsPage({ destination: name })}>
        Its effects
      </Link>
    </>
  );
}

interface ActionsProps {
  destination: Destination;
  ask: (act: DestinationAct) => void;
  onBackfill: () => void;
  onChange: () => void;
}

function Actions({ destination: { state, kind, backfill }, ask, onBackfill, onChange }: ActionsProps) {
  const turn = state === 'paused' ? 'resume' : 'pause';
  return (
    <>
      <MayButton needs="operator" size="xs" variant="default" onClick={() => ask('test')}>
        Test…
      </MayButton>
      <MayButton needs="operator" size="xs" variant="default" onClick={() => ask(turn)}>
        {turn === 'pause' ? 'Pause…' : 'Resume…'}
      </MayButton>
      <MayButton
        needs="admin"
        size="xs"
        variant="default"
        idle={backfill && backfill.endedAt === null ? 'Its backfill is not finished yet' : null}
        onClick={onBackfill}
      >
        Backfill…
      </MayButton>
      <MayButton
        needs="admin"
        size="xs"
        variant="default"
        idle={kind === 'handler' ? 'The settings of a handler are in its code' : null}
        onClick={onChange}
      >
        Change…
      </MayButton>
      <MayButton needs="admin" size="xs" variant="default" onClick={() => ask('delete')}>
        Delete…
      </MayButton>
    </>
  );
}

function All({ destination }: { destination: Destination }) {
  const { phase, filter, transform } = destination;
  return (
    <>
      {WHY_NOT_SENT[phase] !== undefined && (
        <NotSending destination={destination} why={WHY_NOT_SENT[phase]} />
      )}
      <FactList facts={openFacts(destination)} />
      <Errors backlog={destination.backlog} />
      {destination.kind !== 'handler' && <OtherSide destination={destination} />}
      <Title order={2} size="h5" mt="lg" mb="xs">
        Settings
      </Title>
      <FactList facts={settingFacts(destination)} />
      {filter !== null && <Expression title="Filter" text={filter} />}
      {transform !== null && <Expression title="Transformation" text={transform} />}
    </>
  );
}

const WHY_NOT_SENT: { readonly [Phase in Destination['phase']]?: string } = {
  paused: 'Its effects wait until it is resumed.',
  window: 'Its effects wait until its pause window closes.',
  ending: 'It has ended: changes set off nothing here any more. What is open is still sent.',
  ended: 'It has ended: changes set off nothing here any more.',
};

function NotSending({ destination, why }: { destination: Destination; why: string }) {
  const { phase, window, because } = destination;
  return (
    <Alert
      className="note"
      variant="outline"
      mb="md"
      title={<DestinationState phase={phase} window={window} />}
    >
      <Group gap={4}>
        <Text size="sm" component="div">
          {why}
          {phase === 'paused' && because !== null && (
            <>
              {' '}
              Reason: <Plain text={because} max={300} />
            </>
          )}
        </Text>
      </Group>
    </Alert>
  );
}

function Expression({ title, text }: { title: string; text: string }) {
  return (
    <>
      <Title order={3} size="h6" mt="md" mb={4}>
        {title}
      </Title>
      <Code text={text} label={title} />
    </>
  );
}
