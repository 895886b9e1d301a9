import { Title } from '@mantine/core';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { wordsOf } from '../components/status-badge.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { listIn, textIn, textsIn, type Fields } from './part-fields.ts';
import { unitsOf } from './units-of.tsx';

/** What was shipped, with which carrier, and where it is. */
export function OrderParcels({ order: { fulfillments, lines } }: { order: ShownOrder }) {
  if (fulfillments.length === 0) return null;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Parcels
      </Title>
      <DataTable<Fields>
        label="Parcels"
        rows={fulfillments}
        rowKey={(part) => textIn(part, 'id') ?? ''}
        columns={columnsOf(lines)}
        empty=""
      />
    </>
  );
}

function columnsOf(lines: readonly Fields[]): Column<Fields>[] {
  return [
    { head: 'Created', cell: (part) => <When at={textIn(part, 'createdAt')} />, width: 180 },
    { head: 'Parcel', cell: (part) => <Plain text={textIn(part, 'name') ?? '–'} max={60} />, width: 90 },
    { head: 'Units', cell: (part) => unitsOf(listIn(part, 'lines'), lines) },
    { head: 'Outcome', cell: (part) => wordsOf(textIn(part, 'status')), width: 100 },
    { head: 'Shipment', cell: (part) => wordsOf(textIn(part, 'shipmentStatus')), width: 110 },
    { head: 'Carrier', cell: (part) => <Plain text={textIn(part, 'trackingCompany') ?? '–'} />, width: 110 },
    {
      head: 'Tracking',
      cell: (part) => <Plain text={textsIn(part, 'trackingNumbers').join(', ') || '–'} max={120} />,
      width: 180,
    },
  ];
}
