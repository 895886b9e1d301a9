import { Alert, Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { IconHeartbeat } from '@tabler/icons-react';
import { useState } from 'react';
import type { Lock, LockReleased } from '../../operate/shapes/locks.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age } from '../text/when.tsx';

/**
 * Releases the lock of the displayed holder only: it sends the token of the clicked row, however long the
 * dialog was open. If it sent the current token, it could release the lock of a healthy holder.
 */
export function ReleaseLockDialog({ lock, onClose }: { lock: Lock; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [insist, setInsist] = useState(false);
  const id = lock.order.slice(lock.order.indexOf('/') + 1);
  const alive = lock.holder.alive === true;
  const release = async (reason: string) => {
    const body = { token: lock.token, reason, insist };
    return (await tell<LockReleased>(`/locks/${lock.order}/release`, body)).did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Release this lock"
      confirmLabel="Release the lock"
      dangerous
      ready={typed.trim() === id && (!alive || insist)}
      onConfirm={release}
      what={<WhatHappens lock={lock} />}
      extra={
        <Stack gap="sm">
          {alive && (
            <Alert
              className="note"
              variant="outline"
              title={
                <ToneBadge tone="look" icon={<IconHeartbeat size={14} aria-hidden />}>
                  The holder is alive
                </ToneBadge>
              }
            >
              <Checkbox
                label="Release it anyway: the holder's current work will be refused and repeated"
                checked={insist}
                onChange={(event) => setInsist(event.currentTarget.checked)}
              />
            </Alert>
          )}
          <TextInput
            label={`Type the order's id to confirm: ${id}`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            inputMode="numeric"
          />
        </Stack>
      }
    />
  );
}

function WhatHappens({ lock: { order, holder, ageMs } }: { lock: Lock }) {
  return (
    <Stack gap="xs">
      <Text size="sm" component="div">
        Releases the lock of <Plain text={order} />, held by{' '}
        <Plain text={holder.program ?? 'an unknown holder'} />
        {holder.job !== null && (
          <>
            {' '}
            (job <Plain text={holder.job} max={80} />)
          </>
        )}
        {ageMs !== null && (
          <>
            {' '}
            for <Age ms={ageMs} />
          </>
        )}
        .
      </Text>
      <Text size="sm">
        First, any late commit by this holder is invalidated. Then the lock is deleted, if this holder still
        has it, and the order is woken so that another worker continues. No event is lost.
      </Text>
    </Stack>
  );
}
