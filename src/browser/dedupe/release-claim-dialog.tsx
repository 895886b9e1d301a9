import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { DedupeClaim } from '../../operate/shapes/dedupe.ts';
import type { Did } from '../../operate/shapes/mailboxes.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';

/** Outcomes without an effect on the order. For all others the server requires `confirm`. */
const FREE: ReadonlySet<DedupeClaim['outcome']> = new Set(['parked', 'unknown']);

export function ReleaseClaimDialog({ claim, onClose }: { claim: DedupeClaim; onClose: () => void }) {
  const [confirm, setConfirm] = useState(false);
  const needed = !FREE.has(claim.outcome);
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Release this key"
      confirmLabel="Release"
      ready={!needed || confirm}
      onConfirm={async (reason) =>
        (
          await tell<Did>(`/dedupe/${claim.event}/release`, {
            reason,
            confirm,
            firstSeenAt: claim.firstSeenAt,
          })
        ).did
      }
      what={
        <>
          Deletes the key of event <code>{claim.event.slice(0, 12)}</code>. If the webhook is sent again, it
          is accepted instead of being answered as a duplicate. Nothing happens until then. If the key has
          been created again since this page was loaded, it is kept.
        </>
      }
      extra={
        needed && (
          <Checkbox
            label={`The event is ${claim.outcome}. Release its key anyway`}
            checked={confirm}
            onChange={(event) => setConfirm(event.currentTarget.checked)}
          />
        )
      }
    />
  );
}
