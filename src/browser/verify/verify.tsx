import { Button } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { DestinationLink } from '../effects/destination-link.tsx';
import { figure, several } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useMay } from '../client/who.tsx';
import { Differences } from './differences.tsx';
import { useVerify, type Verification, type WrongEffect, type WrongOrder } from './use-verify.ts';

/** Compares every order with its journal, and shows those that differ. Starts only on a click. */
export function VerifyPage() {
  const may = useMay('operator');
  const { found, start, stop } = useVerify();
  if (!may)
    return (
      <Page title="Verify">
        <Empty title="Operators only" why="Verifying requires the operator role." />
      </Page>
    );
  const running = found.state === 'running';
  return (
    <Page
      title="Verify"
      sentence={<output>{sentenceOf(found)}</output>}
      actions={
        running ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            onClick={stop}
          >
            Stop
          </Button>
        ) : (
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={() => void start()}
          >
            {found.state === 'new' ? 'Verify all orders' : 'Verify again'}
          </Button>
        )
      }
    >
      {found.problem && <Problem problem={found.problem} asOf={found.endedAt} />}
      <DataTable
        label="Orders that do not agree with their journals"
        rows={found.wrong}
        rowKey={({ order }) => order}
        columns={COLUMNS}
        empty={<NothingFound found={found} />}
      />
      <WrongEffects effects={found.effects} />
    </Page>
  );
}

function NothingFound({ found }: { found: Verification }) {
  if (found.state === 'new')
    return (
      <Empty
        title="Not verified yet"
        why="Verify reads every order and its journal, and changes nothing. It runs while this page is open."
      />
    );
  return <Empty title="No errors found" why={unchecked(found)} />;
}

const EFFECT_WORDS = {
  missing: 'has no effect',
  twice: 'has a second effect',
  outOfSequence: 'was done before an earlier one',
  stuck: 'will not be sent',
} as const satisfies Record<WrongEffect['what'], string>;

/** What orders did not set off as they should have; nothing if all is right. */
function WrongEffects({ effects: { wrong } }: Pick<Verification, 'effects'>) {
  if (wrong.length === 0) return null;
  return (
    <DataTable
      label="Effects that do not agree with the journals"
      rows={wrong}
      rowKey={({ what, destination, event, effect }) => `${what} ${destination} ${event} ${effect}`}
      columns={EFFECT_COLUMNS}
      empty={null}
    />
  );
}

const EFFECT_COLUMNS: readonly Column<WrongEffect>[] = [
  { head: 'Order', width: 230, cell: ({ order }) => <OrderLink order={order} /> },
  { head: 'Destination', width: 130, cell: ({ destination }) => <DestinationLink name={destination} /> },
  { head: 'What', width: 200, cell: ({ what }) => EFFECT_WORDS[what] },
  { head: 'Event', cell: ({ event, effect }) => event ?? effect },
];

const STATES: Record<Exclude<Verification['state'], 'new'>, string> = {
  running: 'Verifying',
  stopped: 'Stopped',
  done: 'Done',
  failed: 'Interrupted',
};

function sentenceOf(found: Verification): string {
  if (found.state === 'new') return 'Compares every order with its journal.';
  const { orders, events, wrong, effects } = found;
  const so = `${several(orders, 'order', 'orders')} with ${several(events, 'event', 'events')} checked`;
  const orderWords = `${STATES[found.state]}: ${so}, ${several(wrong.length, 'order is', 'orders are')} wrong.`;
  const { checked, missing, twice, outOfSequence, stuck } = effects;
  const wrongEffects = missing + twice + outOfSequence + stuck;
  if (checked + wrongEffects === 0) return orderWords;
  return `${orderWords} ${several(checked, 'effect', 'effects')} checked, ${figure(wrongEffects)} wrong.`;
}

/** What was not checked completely, and why. */
function unchecked({ moving, tooOld, tooLarge }: Verification): string {
  const parts = [
    moving > 0 ? `${several(moving, 'order', 'orders')} changed in the meantime: verify again.` : '',
    tooOld > 0 ? `The journal of ${several(tooOld, 'order', 'orders')} no longer has all events.` : '',
    tooLarge > 0 ? `${several(tooLarge, 'order is', 'orders are')} too large to check here.` : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : 'Every checked order agrees with its journal.';
}

const WORDS: Record<keyof WrongOrder['findings'], string> = {
  appliedTwice: 'applied twice',
  inversions: 'out of sequence',
  wrongState: 'wrong state',
  unexplained: 'not in the journal',
  damaged: 'damaged',
};

const COLUMNS: readonly Column<WrongOrder>[] = [
  {
    head: 'Order',
    width: 230,
    cell: ({ order, findings }) => (
      <>
        <OrderLink order={order} />
        <div className="dim">{findingsOf(findings)}</div>
      </>
    ),
  },
  { head: 'Fields', cell: (wrong) => <Differences {...wrong} /> },
];

function findingsOf(findings: WrongOrder['findings']): string {
  const names = Object.keys(WORDS) as (keyof WrongOrder['findings'])[];
  return names
    .filter((name) => findings[name] > 0)
    .map((name) => WORDS[name])
    .join(', ');
}
