import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { Claim } from '../../watch/shapes/dedupe.ts';
import type { Did } from '../../watch/shapes/mailboxes.ts';
import { tell } from '../api.ts';
import { ChangeDialog } from '../components/change-dialog.tsx';

/** What has no effect yet is released without more ado; the server asks `confirm` for all else. */
const FREE = new Set(['parked', 'unknown']);

export function ReleaseClaimDialog({ claim, onClose }: { claim: Claim; onClose: () => void }) {
  const [confirm, setConfirm] = useState(false);
  const needed = !FREE.has(claim.outcome);
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Release this key"
      confirmLabel="Release it"
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
          The key of event <code>{claim.event.slice(0, 12)}</code> is deleted: sent once more, the webhook is
          taken again and not answered as a duplicate. Nothing happens until it is sent. A key that was made
          anew since you looked is left alone.
        </>
      }
      extra={
        needed && (
          <Checkbox
            label={`Its event is ${claim.outcome}: release it all the same`}
            checked={confirm}
            onChange={(event) => setConfirm(event.currentTarget.checked)}
          />
        )
      }
    />
  );
}
