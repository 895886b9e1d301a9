import { Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { EffectRow } from '../../operate/shapes/effects.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { DestinationLink } from './destination-link.tsx';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { effectsPage } from './effect-choice.ts';
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

function Done({ done }: Pick<OrderAtDestination, 'done'>) {
  if (done === null) return <>nothing yet</>;
  return (
    <>
      version {done.version}, <Plain text={done.topic} max={60} />
      <span className="under">
        <When at={done.doneAt} />
      </span>
    </>
  );
}

/** The first one that is open, and why: the others of this order wait for it. */
function Open({ row: { open, destination }, order }: { row: OrderAtDestination; order: string }) {
  const [first] = open;
  if (!first) return <>none</>;
  return (
    <>
      <EffectState state={first.state} /> version {first.version}, <Plain text={first.topic} max={60} />
      {first.lastError !== null && (
        <span className="under">
          <Plain text={first.lastError} max={160} />
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
