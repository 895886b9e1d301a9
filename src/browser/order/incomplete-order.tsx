import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { MayButton } from '../components/may-button.tsx';
import { theseOf } from '../parked/parked-choice.ts';
import { ReplayDialog } from '../parked/replay-dialog.tsx';

interface IncompleteOrderProps {
  parkedEvents: number;
  /** Their ids; undefined until the timeline has loaded. */
  parkedNow: readonly string[] | undefined;
}

/** Shown above an order with parked events: the order lacks something that Shopify sent. */
export function IncompleteOrder({ parkedEvents, parkedNow }: IncompleteOrderProps) {
  if (parkedEvents === 0) return null;
  const one = parkedEvents === 1;
  return (
    <Alert variant="outline" className="problem" mb="md" icon={<IconAlertTriangle size={18} />}>
      This order is incomplete: {one ? 'one event is' : `${parkedEvents} events are`} parked.{' '}
      {parkedNow && parkedNow.length > 0 && <Ways parkedNow={parkedNow} />}
    </Alert>
  );
}

function Ways({ parkedNow }: { parkedNow: readonly string[] }) {
  const [replays, setReplays] = useState(false);
  return (
    <>
      <Button component={Link} href={`/parked?event=${parkedNow[0]}`} size="compact-xs" variant="default">
        {parkedNow.length === 1 ? 'Show the event' : 'Show the first'}
      </Button>{' '}
      <MayButton needs="operator" size="compact-xs" onClick={() => setReplays(true)}>
        Replay…
      </MayButton>
      {replays && <ReplayDialog choice={theseOf([...parkedNow])} onClose={() => setReplays(false)} stays />}
    </>
  );
}
