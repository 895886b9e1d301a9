import { Alert, Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { IconHeartbeat } from '@tabler/icons-react';
import { useState } from 'react';
import type { Lock, LockReleased } from '../../watch/shapes/locks.ts';
import { tell } from '../api.ts';
import { ChangeDialog } from '../components/change-dialog.tsx';
import { Plain } from '../components/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age } from '../components/when.tsx';

/**
 * Takes a lock from the holder that was shown, and from nobody else: the token that is sent is that of the row
 * that was clicked, however long the dialog stood open. If it sent the present one, it would take a healthy lock.
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
      title="Take this lock"
      confirmLabel="Take the lock"
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
                label="Take it all the same: what the holder is doing will be refused and done again"
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
        The lock of <Plain text={order} /> is taken from{' '}
        <Plain text={holder.program ?? 'a holder that does not say who it is'} />
        {holder.job !== null && (
          <>
            {' '}
            (job <Plain text={holder.job} max={80} />)
          </>
        )}
        {ageMs !== null && (
          <>
            , which has held it for <Age ms={ageMs} />
          </>
        )}
        .
      </Text>
      <Text size="sm">
        First a late commit of this holder is made void, then the lock is deleted if it is still this
        holder's, then the order is woken so that another worker goes on. No event is lost.
      </Text>
    </Stack>
  );
}
