import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Timeline } from '../../watch/shapes/events.ts';
import { MayButton } from '../components/may-button.tsx';
import { theseOf } from './parked-choice.ts';
import { ReplayDialog } from './replay-dialog.tsx';

/** Above an order of which events are parked: what stands below is not all that Shopify told. */
export function IncompleteOrder({ timeline: { parkedEvents, parkedNow } }: { timeline: Timeline }) {
  const [replays, setReplays] = useState(false);
  const [first] = parkedNow;
  if (parkedEvents === 0 || first === undefined) return null;
  const one = parkedEvents === 1;
  return (
    <Alert variant="outline" color="red" className="note" icon={<IconAlertTriangle size={18} />}>
      This order is incomplete: {one ? 'one event is' : `${parkedEvents} events are`} parked.{' '}
      <Button component={Link} href={`/parked?event=${first}`} size="compact-xs" variant="default">
        {one ? 'The parked event' : 'The first of them'}
      </Button>{' '}
      <MayButton role="operator" size="compact-xs" onClick={() => setReplays(true)}>
        Replay…
      </MayButton>
      {replays && <ReplayDialog choice={theseOf([...parkedNow])} onClose={() => setReplays(false)} stays />}
    </Alert>
  );
}
