import { Text } from '@mantine/core';
import type { Did } from '../../watch/shapes/mailboxes.ts';
import { tell } from '../api.ts';
import { ChangeDialog } from '../components/change-dialog.tsx';
import { Plain } from '../components/plain.tsx';
import { CountLine } from './count-line.tsx';
import type { Choice } from './parked-choice.ts';
import { useCount } from './use-count.ts';

/** Gives parked events up. They are kept, but no replay takes them any more. */
export function DiscardDialog({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const count = useCount('/parked/discards', choice);
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
            Gives up <Plain text={choice.words} max={400} />: what these events would have told their orders
            is never applied. They stay among the discarded, and no replay takes them any more.
          </Text>
          <CountLine count={count} done="will be discarded" />
        </>
      }
    />
  );
}
