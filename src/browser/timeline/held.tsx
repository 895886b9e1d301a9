import { Alert, Button } from '@mantine/core';
import { IconInbox, IconLock } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Timeline } from '../../operate/shapes/events.ts';
import { Plain } from '../text/plain.tsx';
import { Age } from '../text/when.tsx';

/** The order's lock holder and waiting events, if it has any. */
export function Held({ timeline, orderKey }: { timeline: Timeline; orderKey: string }) {
  const { lock, waitingMs, entries } = timeline;
  const waiting = entries.filter(({ outcome }) => outcome === 'waiting').length;
  return (
    <div className="held">
      {lock && (
        <Alert variant="outline" className="note" icon={<IconLock size={18} />}>
          Locked by <Plain text={lock.holder.program ?? 'an unknown worker'} max={80} />
          {lock.holder.job !== null && (
            <>
              {' '}
              (job <Plain text={lock.holder.job} max={60} />)
            </>
          )}{' '}
          for <Age ms={lock.ageMs} />
          {lock.holder.alive === false && ', which has stopped responding'}.{' '}
          <Button
            component={Link}
            href={`/locks?order=${encodeURIComponent(orderKey)}`}
            size="compact-xs"
            variant="default"
          >
            Show lock
          </Button>
        </Alert>
      )}
      {waitingMs !== null && (
        <Alert variant="outline" className="note" icon={<IconInbox size={18} />}>
          {waiting === 1 ? 'One event is' : `${waiting} events are`} waiting, the oldest for{' '}
          <Age ms={waitingMs} />.{' '}
          <Button component={Link} href={`/mailboxes/${orderKey}`} size="compact-xs" variant="default">
            Show mailbox
          </Button>
        </Alert>
      )}
    </div>
  );
}
