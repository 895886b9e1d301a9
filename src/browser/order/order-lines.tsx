import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { isNothing, lineTotal, money } from '../text/amounts.ts';
import { Plain } from '../text/plain.tsx';
import { visible } from '../text/visible.ts';
import { countIn, textIn, type Fields } from './part-fields.ts';

/** What was bought, and how much of it is left, shipped and refunded. */
export function OrderLines({ order: { lines, currency } }: { order: ShownOrder }) {
  const unit = currency === null ? '' : `, ${visible(currency)}`;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Lines{unit}
      </Title>
      <DataTable<Fields>
        label="Lines"
        rows={lines}
        rowKey={(line) => textIn(line, 'id') ?? ''}
        columns={COLUMNS}
        empty={<Empty title="No lines" why="No body of the order with lines has been applied yet." />}
      />
    </>
  );
}

/** On a phone, the first column has everything. */
const COLUMNS: readonly Column<Fields>[] = [
  { head: 'Item', cell: itemOf },
  {
    head: 'SKU',
    cell: (line) => <Plain text={textIn(line, 'sku') ?? '–'} max={60} />,
    width: 100,
    deskOnly: true,
  },
  quantity('Ordered', 'quantity'),
  quantity('Current', 'currentQuantity'),
  quantity('Shipped', 'shippedQuantity'),
  quantity('Refunded', 'refundedQuantity'),
  number('Price', (line) => money(textIn(line, 'price')), 90),
  amount('Discount', 'totalDiscount'),
  amount('Tax', 'totalTax'),
  { head: 'Total', cell: totalOf, align: 'right', width: 100 },
];

function itemOf(line: Fields): ReactNode {
  const vendor = textIn(line, 'vendor');
  return (
    <>
      <Plain text={textIn(line, 'title') ?? textIn(line, 'id') ?? '–'} max={120} />
      {vendor !== null && (
        <span className="under">
          <Plain text={vendor} max={60} />
        </span>
      )}
      <span className="under phone-only">{visible(inShort(line))}</span>
    </>
  );
}

const SAID_ON_PHONE = [
  ['current', 'currentQuantity'],
  ['shipped', 'shippedQuantity'],
  ['refunded', 'refundedQuantity'],
] as const;

function inShort(line: Fields): string {
  return [
    textIn(line, 'sku'),
    `${countIn(line, 'quantity') ?? '?'} × ${money(textIn(line, 'price'))}`,
    ...SAID_ON_PHONE.map(([word, field]) => `${word} ${countIn(line, field) ?? '?'}`),
    taken('discount', textIn(line, 'totalDiscount')),
    taken('tax', textIn(line, 'totalTax')),
  ]
    .filter((text) => text !== null)
    .join(', ');
}

const taken = (word: string, value: string | null) => (isNothing(value) ? null : `${word} ${money(value)}`);

function quantity(head: string, field: string): Column<Fields> {
  return number(head, (line) => countIn(line, field) ?? '–', 70);
}

/** A zero is left out: it only makes a table harder to read. */
function amount(head: string, field: string): Column<Fields> {
  const cell = (line: Fields) => (isNothing(textIn(line, field)) ? '' : money(textIn(line, field)));
  return number(head, cell, 80);
}

function number(head: string, cell: Column<Fields>['cell'], width: number): Column<Fields> {
  return { head, cell, align: 'right', width, deskOnly: true };
}

/** Of all units that were ordered, after discounts; tax is beside it. */
function totalOf(line: Fields): string {
  const [price, discount] = [textIn(line, 'price'), textIn(line, 'totalDiscount')];
  return money(lineTotal(price, countIn(line, 'quantity') ?? 0, discount));
}
