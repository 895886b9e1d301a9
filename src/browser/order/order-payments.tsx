import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { wordsOf } from '../components/status-badge.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { money } from '../text/amounts.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { listIn, textIn, type Fields } from './part-fields.ts';
import { unitsOf } from './units-of.tsx';

/** Payments and refunds, as far as their webhooks have arrived. */
export function OrderPayments({ order: { transactions, refunds, lines } }: { order: ShownOrder }) {
  return (
    <>
      {transactions.length > 0 && (
        <>
          <Title order={2} size="h5" mt="lg" mb="xs">
            Payments
          </Title>
          <DataTable<Fields> label="Payments" rows={transactions} rowKey={idOf} columns={PAYMENTS} empty="" />
        </>
      )}
      {refunds.length > 0 && (
        <>
          <Title order={2} size="h5" mt="lg" mb="xs">
            Refunds
          </Title>
          <DataTable<Fields>
            label="Refunds"
            rows={refunds}
            rowKey={idOf}
            columns={refundColumns(lines)}
            empty=""
          />
        </>
      )}
    </>
  );
}

const idOf = (part: Fields) => textIn(part, 'id') ?? '';
const words = (name: string) => (part: Fields) => wordsOf(textIn(part, name));
const amountOf = (part: Fields) => money(textIn(part, 'amount'), textIn(part, 'currency'));

const PAYMENTS: readonly Column<Fields>[] = [
  { head: 'Processed', cell: (part) => <When at={textIn(part, 'processedAt')} />, width: 110 },
  { head: 'Kind', cell: kindOf, width: 120 },
  { head: 'Outcome', cell: words('status'), width: 110, deskOnly: true },
  {
    head: 'Gateway',
    cell: (part) => <Plain text={textIn(part, 'gateway') ?? '–'} max={60} />,
    deskOnly: true,
  },
  { head: 'Amount', cell: amountOf, align: 'right', width: 110 },
];

function kindOf(part: Fields): ReactNode {
  return (
    <>
      {words('kind')(part)}
      {part.test === true && ' (test)'}
      <span className="under phone-only">
        {words('status')(part)}, <Plain text={textIn(part, 'gateway') ?? '–'} max={60} />
      </span>
    </>
  );
}

function refundColumns(lines: readonly Fields[]): Column<Fields>[] {
  return [
    { head: 'Processed', cell: (part) => <When at={textIn(part, 'processedAt')} />, width: 110 },
    { head: 'Units', cell: (part) => unitsOf(listIn(part, 'lines'), lines), width: 130 },
    { head: 'Paid back', cell: paidBack, align: 'right', width: 110 },
  ];
}

/** A refund may be paid back in several parts, and some of them may fail. */
function paidBack(part: Fields): ReactNode {
  const paid = listIn(part, 'transactions');
  if (paid.length === 0) return '–';
  return paid.map((each) => (
    <div key={idOf(each)}>
      {amountOf(each)}
      {textIn(each, 'status') !== 'success' && ` (${words('status')(each)})`}
    </div>
  ));
}
