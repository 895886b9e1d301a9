import { Text } from '@mantine/core';
import { IconHeartOff, IconHelp, IconHourglassHigh } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import type { Lock, LockList } from '../../watch/shapes/locks.ts';
import { useChange } from '../components/change-dialog.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { age, several } from '../components/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { OrderLink } from '../components/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../components/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Age } from '../components/when.tsx';
import { useApi } from '../use-api.ts';
import { readingOf } from './reading.ts';
import { ReleaseLockDialog } from './release-lock-dialog.tsx';

/** A drain takes milliseconds and extends every third of the TTL: three extensions are longer than a TTL. */
const MANY_EXTENSIONS = 3;

/** Who holds which order's lock, longest first; and taking one away. */
export function LocksPage() {
  const [search] = useSearchParams();
  const taking = useChange<Lock>();
  const locks = useApi<LockList>('/locks', undefined, {
    // While locks are held their ages grow: then each figure of the stream counts.
    watch: ({ status, sample }) => (status.locksHeld ? sample.at : status.locksHeld),
  });
  const chosen = search.get('order');
  const shown = locks.data?.locks.filter((lock) => chosen === null || lock.order === chosen);
  return (
    <Page title="Locks" sentence={locks.data && sentenceOf(locks.data)}>
      {chosen !== null && <OnlyOne order={chosen} />}
      <DataTable
        label="Locks that are held"
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
      Only the lock of <Plain text={order} />.{' '}
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
        title="Nobody holds this order's lock"
        why="It was released, or its time ran out: normal when its drain has ended."
      />
    );
  return (
    <Empty
      title="No locks are held"
      why={`Normal while no events flow: a drain holds its order's lock for milliseconds. ${lookedAt(looked)} looked at.`}
    />
  );
}

function lookedAt(orders: number): string {
  return several(orders, 'order that is drained or waits was', 'orders that are drained or wait were');
}

function sentenceOf({ locks, looked }: LockList): string {
  if (locks.length === 0) return 'Nobody holds an order now.';
  const silent = locks.filter((lock) => lock.holder.alive === false).length;
  if (silent > 0)
    return `${silent} of ${locks.length} holders ${silent === 1 ? 'is' : 'are'} not heard of: their orders wait until the lock runs out, or is taken.`;
  return `${locks.length} held; ${lookedAt(looked)} looked at.`;
}

function columnsWith(ask: (lock: Lock) => void): Column<Lock>[] {
  return [
    { head: 'Order', width: 210, cell: (lock) => <OrderLink order={lock.order} /> },
    { head: 'Holder', cell: (lock) => <Holder holder={lock.holder} /> },
    { head: 'Held for', align: 'right', width: 80, cell: (lock) => <HeldFor lock={lock} /> },
    { head: 'Time left', align: 'right', width: 85, cell: (lock) => <Age ms={lock.ttlLeftMs} /> },
    { head: 'Extended', align: 'right', width: 85, cell: Extended },
    { head: 'Events waiting', align: 'right', width: 110, cell: (lock) => lock.waitingEvents },
    { head: 'Oldest waits', align: 'right', width: 105, cell: (lock) => <Age ms={lock.oldestWaitMs} /> },
    {
      head: 'Change',
      align: 'right',
      width: 80,
      cell: (lock) => (
        <MayButton
          role="operator"
          size="compact-xs"
          variant="default"
          aria-label={`Take the lock of ${lock.order}`}
          onClick={() => ask(lock)}
        >
          Take…
        </MayButton>
      ),
    },
  ];
}

function HeldFor({ lock }: { lock: Lock }) {
  return (
    <span title={lock.heldSince === null ? 'not known' : `since ${lock.heldSince}`}>
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
        <Plain text={holder.program ?? 'does not say'} max={60} />
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
        not known whether it lives
      </ToneBadge>
    );
  return (
    <ToneBadge tone="bad" icon={<IconHeartOff size={14} aria-hidden />}>
      not heard of{lastHeardMs !== null && ` for ${age(lastHeardMs)}`}
    </ToneBadge>
  );
}
