import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Destination, DestinationTested } from '../../operate/shapes/destinations.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { addressOf } from './destination-facts.tsx';
import { age, several } from '../text/figures.ts';

export type DestinationAct = 'test' | 'pause' | 'resume' | 'delete';

interface ActWords {
  title: string;
  what: (destination: Destination) => string;
  act: (place: string, reason: string) => Promise<string>;
}

const turn = (way: string) => async (place: string, reason: string) =>
  (await tell<{ did: string }>(`${place}/${way}`, { reason })).did;

/** The server waits for a destination's answer as long as the destination's timeout, which is at most 2 minutes. */
const TEST_MS = 135_000;

/** @throws Error if the sample was not accepted */
async function sendSample(place: string, reason: string): Promise<string> {
  const tested = await tell<DestinationTested>(`${place}/test`, { reason }, { ms: TEST_MS });
  const said = `${tested.did}, in ${age(tested.ms)}`;
  if (tested.outcome !== 'done') throw new Error(`not accepted: ${said}`);
  return said;
}

const ACTS: Record<DestinationAct, ActWords> = {
  test: {
    title: 'Test',
    what: (destination) =>
      `Sends a sample of the type lockstep/test to ${addressOf(destination)}, and shows its answer.`,
    act: sendSample,
  },
  pause: {
    title: 'Pause',
    what: () => 'Nothing is sent to it until it is resumed. Its effects wait.',
    act: turn('pause'),
  },
  resume: {
    title: 'Resume',
    what: () => 'Its waiting effects are sent, each in the sequence of its order.',
    act: turn('resume'),
  },
  delete: {
    title: 'Delete',
    what: ({ open }) =>
      `Nothing is sent to it any more. ${several(openOf(open), 'open effect is', 'open effects are')} skipped, and stay in the lists. This cannot be undone.`,
    act: async (place, reason) => (await tell<{ did: string }>(place, { reason }, { method: 'DELETE' })).did,
  },
};

function openOf({ waiting, failing, inDoubt, parked }: Destination['open']): number {
  return waiting + failing + inDoubt + parked;
}

interface ActDialogProps {
  act: DestinationAct;
  destination: Destination;
  onClose: () => void;
}

/** Asks for a reason, then acts on a destination. If it was deleted, the list is shown. */
export function ActDialog({ act, destination, onClose }: ActDialogProps) {
  const { title, what, act: carryOut } = ACTS[act];
  const [, go] = useLocation();
  const [isDone, setDone] = useState(false);
  const close = () => {
    onClose();
    if (isDone && act === 'delete') go('/destinations');
  };
  return (
    <ChangeDialog
      opened
      onClose={close}
      title={`${title} destination ${destination.name}`}
      confirmLabel={title}
      dangerous={act === 'delete'}
      what={what(destination)}
      onConfirm={async (reason) => {
        const did = await carryOut(`/destinations/${encodeURIComponent(destination.name)}`, reason);
        setDone(true);
        return did;
      }}
    />
  );
}
