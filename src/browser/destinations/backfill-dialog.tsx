import { Group, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Destination, DestinationAnswer } from '../../operate/shapes/destinations.ts';
import { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';

interface BackfillDialogProps {
  destination: Destination;
  onClose: () => void;
}

/** Starts to send the history of all orders. The destination's page shows how far it is. */
export function BackfillDialog({ destination, onClose }: BackfillDialogProps) {
  const [from, setFrom] = useState('beginning');
  const [rate, setRate] = useState<number | string>(destination.backfillRate);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const start = async (reason: string) => {
    const place = `/destinations/${encodeURIComponent(destination.name)}/backfill`;
    const started = tell<DestinationAnswer>(place, { from: from.trim(), rate: Number(rate), reason });
    const answer = await started.catch((error: unknown) => {
      setProblem(error instanceof ApiProblem ? error : null);
      throw error;
    });
    return answer.did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title={`Backfill destination ${destination.name}`}
      confirmLabel="Backfill"
      ready={from.trim() !== '' && rate !== ''}
      what="Sends the history of all orders to it, each in the sequence of its order. Changes that it has got already are not sent again, and what is new is sent first."
      onConfirm={start}
      extra={
        <Group grow align="flex-start">
          <TextInput
            label="History from"
            description="beginning, or a time"
            placeholder="2026-11-01T00:00:00Z"
            required
            maxLength={40}
            autoComplete="off"
            error={problem?.detailOf('from')}
            value={from}
            onChange={(event) => {
              setFrom(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <NumberInput
            label="Orders per second"
            description="Over all publishers; it stays so"
            required
            min={1}
            max={1000}
            allowDecimal={false}
            error={problem?.detailOf('rate')}
            value={rate}
            onChange={(value) => {
              setRate(value);
              setProblem(null);
            }}
          />
        </Group>
      }
    />
  );
}
