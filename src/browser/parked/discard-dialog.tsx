import { Text } from '@mantine/core';
import type { Did } from '../../operate/shapes/mailboxes.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { CountLine } from '../components/count-line.tsx';
import { useCount } from '../client/use-count.ts';
import { Plain } from '../text/plain.tsx';
import type { Choice } from './parked-choice.ts';

/** Discards parked events. They are kept, but can no longer be replayed. */
export function DiscardDialog({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const count = useCount('/parked/discards', 'events', { which: choice.which });
  const discard = async (reason: string) =>
    (await tell<Did>('/parked/discards', { which: choice.which, reason })).did;
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Discard"
      confirmLabel="Discard"
      dangerous
      ready={(count.data ?? 0) > 0}
      onConfirm={discard}
      what={
        <>
          <Text size="sm">
            Discards <Plain text={choice.words} max={400} />. Discarded events are never applied to their
            orders. They remain listed as discarded, but can no longer be replayed.
          </Text>
          <CountLine count={count} of={['event', 'events']} done="will be discarded" />
        </>
      }
    />
  );
}
