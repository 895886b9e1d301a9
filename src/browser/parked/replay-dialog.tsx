import { NumberInput, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReplayAnswer } from '../../operate/shapes/parked.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { CountLine } from '../components/count-line.tsx';
import { useCount } from '../client/use-count.ts';
import { age } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { newRunId, type Choice } from './parked-choice.ts';

const USUAL_RATE = 20;
const HIGHEST_RATE = 1000;

interface ReplayDialogProps {
  choice: Choice;
  onClose: () => void;
  /** Whether to stay on the page on close; otherwise the run is shown. */
  stays?: boolean;
}

/** Counts first, then asks for a rate and a reason. A dialog starts one run, however often it is clicked. */
export function ReplayDialog({ choice, onClose, stays = false }: ReplayDialogProps) {
  const [id] = useState(newRunId);
  const [rate, setRate] = useState<number | string>(USUAL_RATE);
  const [begun, setBegun] = useState(false);
  const { set } = useFilters(['view', 'run', 'event']);
  const count = useCount('/parked/replays', 'events', { which: choice.which }, { id });
  const events = count.data ?? 0;
  const perSecond = Number(rate);
  const replay = async (reason: string) => {
    const body = { id, which: choice.which, reason, rate: perSecond };
    const answer = await tell<ReplayAnswer>('/parked/replays', body);
    setBegun(true);
    return 'did' in answer ? answer.did : null;
  };
  return (
    <ChangeDialog
      opened
      onClose={() => {
        onClose();
        if (begun && !stays) set({ view: 'replays', run: id, event: '' });
      }}
      title="Replay"
      confirmLabel="Replay"
      ready={events > 0 && perSecond >= 1}
      onConfirm={replay}
      what={
        <>
          <Text size="sm">
            Replays <Plain text={choice.words} max={400} />: each event returns to its order's mailbox. Events
            parked later are not included. Events that fail again are parked again; if more than a fifth fail,
            the replay stops automatically.
          </Text>
          <CountLine count={count} of={['event', 'events']} done="will be replayed" />
        </>
      }
      extra={
        events > 1 && (
          <NumberInput
            label="Events per second"
            description={perSecond >= 1 ? `takes about ${age((events / perSecond) * 1000)}` : 'at least 1'}
            min={1}
            max={HIGHEST_RATE}
            clampBehavior="strict"
            value={rate}
            onChange={setRate}
          />
        )
      }
    />
  );
}
