import { Group, Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ParkedEvent } from '../../operate/shapes/parked.ts';
import { Code } from '../text/code.tsx';
import { Empty } from '../components/empty.tsx';
import { MayButton } from '../components/may-button.tsx';
import { EventLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { useKey } from '../dialogs/use-key.ts';
import { useMay } from '../client/who.tsx';
import { FactList } from '../components/fact-list.tsx';
import { theseOf, type Asks } from './parked-choice.ts';
import { Order } from './parked-events.tsx';
import { parkedMoves } from './parked-moves.ts';
import { ParkedState } from './parked-state.tsx';

/** One parked event with its full error, and buttons to replay or discard it. */
export function ParkedOne({ event, asks }: { event: string; asks: Asks }) {
  const one = useApi<ParkedEvent>(`/parked/${encodeURIComponent(event)}`, undefined, {
    watch: parkedMoves,
  });
  const may = useMay('operator');
  const parked = one.data?.state === 'parked';
  useKey('r', () => {
    if (may && parked) asks.replay(theseOf([event]));
  });
  if (one.error?.status === 404) return <Empty title="No such parked event" why={one.error.message} />;
  return (
    <>
      {one.error && <Problem problem={one.error} asOf={one.data ? new Date(one.dataUpdatedAt) : null} />}
      {one.data && (
        <Paper component="section" withBorder p="md" aria-label="Parked event">
          <Group justify="space-between" mb="md">
            <Group gap="sm">
              <EventLink event={event} />
              <ParkedState state={one.data.state} />
              <Link className="link" href="/parked?view=events">
                All parked events
              </Link>
            </Group>
            {parked && <Buttons event={event} asks={asks} />}
          </Group>
          <FactList facts={factsOf(one.data)} />
          <Title order={2} size="h5" mt="md" mb={4}>
            Why it could not be applied
          </Title>
          <Code text={one.data.error} label="error" />
        </Paper>
      )}
    </>
  );
}

function Buttons({ event, asks }: { event: string; asks: Asks }) {
  return (
    <Group gap="xs">
      <MayButton needs="operator" size="xs" onClick={() => asks.replay(theseOf([event]))}>
        Replay…
      </MayButton>
      <MayButton needs="operator" size="xs" variant="default" onClick={() => asks.discard(theseOf([event]))}>
        Discard…
      </MayButton>
    </Group>
  );
}

function factsOf(one: ParkedEvent): (readonly [string, ReactNode])[] {
  return [
    ['Order', <Order key="order" order={one.order} />],
    ['Topic', <Plain key="topic" text={one.topic} max={80} />],
    ['Shop', <Plain key="shop" text={one.shop} max={80} />],
    ['Webhook id', <Plain key="webhook" text={one.webhookId ?? '–'} max={80} />],
    ['Received', <When key="received" at={one.receivedAt} />],
    ['First parked', <When key="first" at={one.firstAt} />],
    ['Last parked', <When key="last" at={one.lastAt} />],
    ['Attempts', one.attempts],
    ['Replays', one.replays],
    ['Last replay', <LastReplay key="replay" one={one} />],
  ];
}

function LastReplay({ one: { replay, replayedAt } }: { one: ParkedEvent }) {
  if (replay === null) return <span className="dim">–</span>;
  return (
    <>
      <Link className="link" href={`/parked?view=replays&run=${encodeURIComponent(replay)}`}>
        {replay.slice(0, 8)}
      </Link>{' '}
      <When at={replayedAt} />
    </>
  );
}
