import { Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { EffectRow } from '../../operate/shapes/effects.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { DestinationLink } from './destination-link.tsx';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { effectsPage } from './effect-choice.ts';
import { EffectLink } from './effect-link.tsx';
import { EffectState } from './effect-state.tsx';
import { whereOrderIs, type OrderAtDestination } from './where-order-is.ts';

/** Where an order is: what each destination has of it, and what is still open. Nothing if it set off no effects. */
export function OrderEffects({ order, effects }: { order: string; effects: readonly EffectRow[] }) {
  if (effects.length === 0) return null;
  return (
    <>
      <div className="section-head">
        <Title order={2} size="h5">
          Effects
        </Title>
        <Text size="sm" component="div">
          <Link className="link" href={effectsPage({ order })}>
            All effects of this order
          </Link>
        </Text>
      </div>
      <DataTable<OrderAtDestination>
        label="Where this order is"
        rows={whereOrderIs(effects)}
        rowKey={({ destination }) => destination}
        columns={columnsOf(order)}
        empty=""
      />
    </>
  );
}

function columnsOf(order: string): Column<OrderAtDestination>[] {
  return [
    { head: 'Destination', width: 130, cell: Destination },
    { head: 'Newest done', width: 220, cell: Done, deskOnly: true },
    { head: 'Open', cell: (row) => <Open row={row} order={order} /> },
  ];
}

function Destination(row: OrderAtDestination) {
  return (
    <>
      <div>
        <DestinationLink name={row.destination} />
      </div>
      <span className="under phone-only">
        <Done {...row} />
      </span>
    </>
  );
}

function Done({ done, skipped }: Pick<OrderAtDestination, 'done' | 'skipped'>) {
  return (
    <>
      {done === null ? 'nothing yet' : <Named effect={done} />}
      {skipped !== null && <Skipped effect={skipped} />}
    </>
  );
}

/** The change that it is about; leads to its page. */
function Named({ effect: { id, topic, version, doneAt } }: { effect: EffectRow }) {
  return (
    <>
      <div>
        <EffectLink id={id} text={topic} />
      </div>
      <span className="under">
        version {version}
        {doneAt !== null && ', '}
        {doneAt !== null && <When at={doneAt} />}
      </span>
    </>
  );
}

/** For example, because its handler has undone its steps. */
function Skipped({ effect }: { effect: EffectRow }) {
  return (
    <>
      <div>
        <EffectState state={effect.state} />
      </div>
      <Named effect={effect} />
      {effect.because !== null && (
        <span className="under">
          <Plain text={effect.because} max={160} />
        </span>
      )}
    </>
  );
}

/** The first one that is open, and why: the others of this order wait for it. */
function Open({ row: { open, destination }, order }: { row: OrderAtDestination; order: string }) {
  const [first] = open;
  if (!first) return <>none</>;
  const due = DUE[first.state];
  return (
    <>
      <EffectState state={first.state} />
      <Named effect={first} />
      {first.lastError !== null && (
        <span className="under">
          <Plain text={first.lastError} max={160} />
        </span>
      )}
      {due && first.dueAt !== null && (
        <span className="under">
          {due} <When at={first.dueAt} />
        </span>
      )}
      <span className="under">
        <Link className="link" href={effectsPage({ order, destination })}>
          {several(open.length, 'open effect', 'open effects')}
        </Link>
      </span>
    </>
  );
}

const DUE: Partial<Record<EffectRow['state'], string>> = {
  failing: 'next attempt',
  sleeping: 'sleeps until',
};
