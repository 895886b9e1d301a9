import { Text } from '@mantine/core';
import { IconHeartOff, IconHelp, IconHourglassHigh } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import type { Lock, LockList } from '../../operate/shapes/locks.ts';
import { useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { age, several } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { OrderLink } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { readingOf } from '../tables/reading.ts';
import { ReleaseLockDialog } from './release-lock-dialog.tsx';

/** A drain takes milliseconds. It extends its lock every third of the TTL, so three extensions take a TTL. */
const MANY_EXTENSIONS = 3;

/** Which worker holds which order's lock, longest first; and releasing a lock. */
export function LocksPage() {
  const [search] = useSearchParams();
  const taking = useChange<Lock>();
  const locks = useApi<LockList>('/locks', undefined, {
    // While locks are held their ages grow, so every sample triggers a refetch.
    watch: ({ status, sample }) => (status.locksHeld ? sample.at : status.locksHeld),
  });
  const chosen = search.get('order');
  const shown = locks.data?.locks.filter((lock) => chosen === null || lock.order === chosen);
  return (
    <Page title="Locks" sentence={locks.data && sentenceOf(locks.data)}>
      {chosen !== null && <OnlyOne order={chosen} />}
      <DataTable
        label="Locks held"
        rows={shown}
        rowKey={(lock) => lock.order}
        columns={columnsWith(taking.open)}
        {...readingOf(locks)}
        empty={<NoLocks looked={locks.data?.looked ?? 0} chosen={chosen} />}
      />
      {taking.over && <ReleaseLockDialog lock={taking.over} onClose={taking.close} />}
    </Page>
  );
}

function OnlyOne({ order }: { order: string }) {
  return (
    <Text size="sm" mb="sm">
      Showing only the lock of <Plain text={order} />.{' '}
      <Link className="link" href="/locks">
        Show all
      </Link>
    </Text>
  );
}

function NoLocks({ looked, chosen }: { looked: number; chosen: string | null }) {
  if (chosen !== null)
    return (
      <Empty
        title="This order is not locked"
        why="Its lock was released or has expired. This is normal after a drain."
      />
    );
  return (
    <Empty
      title="No locks held"
      why={`This is normal: a drain holds its order's lock for milliseconds. ${checkedText(looked)}`}
    />
  );
}

function checkedText(orders: number): string {
  return `Checked ${several(orders, 'active or waiting order', 'active or waiting orders')}.`;
}

function sentenceOf({ locks, looked }: LockList): string {
  if (locks.length === 0) return 'No order is locked now.';
  const silent = locks.filter((lock) => lock.holder.alive === false).length;
  if (silent > 0)
    return `${silent} of ${several(locks.length, 'lock holder', 'lock holders')} ${silent === 1 ? 'is' : 'are'} not responding. Their orders wait until the lock expires or is released.`;
  return `${several(locks.length, 'lock', 'locks')} held. ${checkedText(looked)}`;
}

function columnsWith(ask: (lock: Lock) => void): Column<Lock>[] {
  return [
    { head: 'Order', width: 210, cell: (lock) => <OrderLink order={lock.order} /> },
    { head: 'Holder', cell: (lock) => <Holder holder={lock.holder} /> },
    { head: 'Held for', align: 'right', width: 80, cell: (lock) => <HeldFor lock={lock} /> },
    { head: 'Time left', align: 'right', width: 85, cell: (lock) => <Age ms={lock.ttlLeftMs} /> },
    { head: 'Extended', align: 'right', width: 85, cell: Extended },
    { head: 'Events waiting', align: 'right', width: 110, cell: (lock) => lock.waitingEvents },
    { head: 'Oldest wait', align: 'right', width: 105, cell: (lock) => <Age ms={lock.oldestWaitMs} /> },
    {
      head: 'Action',
      align: 'right',
      width: 100,
      cell: (lock) => (
        <MayButton
          needs="operator"
          size="compact-xs"
          variant="default"
          aria-label={`Release the lock of ${lock.order}`}
          onClick={() => ask(lock)}
        >
          Release…
        </MayButton>
      ),
    },
  ];
}

function HeldFor({ lock }: { lock: Lock }) {
  return (
    <span title={lock.heldSince === null ? 'unknown' : `since ${lock.heldSince}`}>
      <Age ms={lock.ageMs} />
    </span>
  );
}

function Extended({ extensions }: Lock) {
  if (extensions === null) return <span className="dim">–</span>;
  if (extensions < MANY_EXTENSIONS) return <span className="figures">{extensions} ×</span>;
  return (
    <ToneBadge tone="look" icon={<IconHourglassHigh size={14} aria-hidden />}>
      {extensions} ×
    </ToneBadge>
  );
}

function Holder({ holder }: { holder: Lock['holder'] }) {
  return (
    <>
      <div>
        <Plain text={holder.program ?? 'unknown'} max={60} />
      </div>
      <Heard holder={holder} />
    </>
  );
}

function Heard({ holder: { alive, lastHeardMs } }: { holder: Lock['holder'] }) {
  if (alive === true) return null;
  if (alive === null)
    return (
      <ToneBadge tone="plain" icon={<IconHelp size={14} aria-hidden />}>
        unknown if alive
      </ToneBadge>
    );
  return (
    <ToneBadge tone="bad" icon={<IconHeartOff size={14} aria-hidden />}>
      no heartbeat{lastHeardMs !== null && ` for ${age(lastHeardMs)}`}
    </ToneBadge>
  );
}
