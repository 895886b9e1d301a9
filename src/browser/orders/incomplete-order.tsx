import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Timeline } from '../../operate/shapes/events.ts';
import { MayButton } from '../components/may-button.tsx';
import { theseOf } from '../parked/parked-choice.ts';
import { ReplayDialog } from '../parked/replay-dialog.tsx';

/** Shown above an order with parked events: the order lacks something that Shopify sent. */
export function IncompleteOrder({ timeline: { parkedEvents, parkedNow } }: { timeline: Timeline }) {
  const [replays, setReplays] = useState(false);
  const [first] = parkedNow;
  if (parkedEvents === 0 || first === undefined) return null;
  const one = parkedEvents === 1;
  return (
    <Alert variant="outline" className="problem" icon={<IconAlertTriangle size={18} />}>
      This order is incomplete: {one ? 'one event is' : `${parkedEvents} events are`} parked.{' '}
      <Button component={Link} href={`/parked?event=${first}`} size="compact-xs" variant="default">
        {one ? 'Show the event' : 'Show the first'}
      </Button>{' '}
      <MayButton needs="operator" size="compact-xs" onClick={() => setReplays(true)}>
        Replay…
      </MayButton>
      {replays && <ReplayDialog choice={theseOf([...parkedNow])} onClose={() => setReplays(false)} stays />}
    </Alert>
  );
}
