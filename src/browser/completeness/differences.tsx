import { Title } from '@mantine/core';
import type { Completeness } from '../../operate/shapes/completeness.ts';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { figure, several } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';

type DayRow = Completeness['days'][number];
type FoundRow = Completeness['found'][number];

/** The days that differ, and the first orders that are missing on either side. */
export function Differences({ check }: { check: Completeness }) {
  const { state, days, found, daysNotListed, shop } = check;
  if (state === 'asked' || state === 'running')
    return <Empty title="Not compared yet" why="The app program compares it within seconds." />;
  if (state === 'failed')
    return <Empty title="Not compared" why={<Plain text={check.because ?? 'No reason given'} />} />;
  if (days.length === 0)
    return <Empty title="Nothing is missing" why="The numbers are equal on every day of the period." />;
  return (
    <>
      <Heading>Days that differ</Heading>
      <DataTable label="Days that differ" rows={days} rowKey={({ day }) => day} columns={DAYS} empty={null} />
      <Heading>Orders</Heading>
      <DataTable
        label="Orders that are missing on one side"
        rows={found}
        rowKey={({ order }) => order}
        columns={FOUND}
        empty={
          <Empty title="No single orders found" why="The numbers changed between counting and searching." />
        }
      />
      {daysNotListed > 0 && (
        <p className="footnote">{several(daysNotListed, 'day was', 'days were')} not searched for orders.</p>
      )}
      {found.some(({ what }) => what === 'gone') && (
        <p className="footnote">
          To mark orders that are unknown to Shopify as deleted, run: npm run ops -- reconcile --shop{' '}
          <Plain text={shop} max={100} /> --all --yes --reason "…"
        </p>
      )}
    </>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Title order={2} size="h5" mt="lg" mb="xs">
      {children}
    </Title>
  );
}

const DAYS: readonly Column<DayRow>[] = [
  { head: 'Day', width: 105, cell: ({ day }) => <span className="figures">{day}</span> },
  { head: 'Here', align: 'right', width: 90, cell: ({ here }) => figure(here) },
  { head: 'At Shopify', align: 'right', width: 90, cell: ({ atShopify }) => figure(atShopify) },
  { head: 'Difference', cell: ({ here, atShopify }) => signed(here - atShopify) },
];

/** `+1`, `−2` */
function signed(difference: number): string {
  return difference > 0 ? `+${figure(difference)}` : `−${figure(-difference)}`;
}

const WHAT = {
  missing: 'missing here',
  deleted: 'deleted here, but not at Shopify',
  gone: 'unknown to Shopify',
} as const satisfies Record<FoundRow['what'], string>;

const FOUND: readonly Column<FoundRow>[] = [
  { head: 'Day', width: 105, cell: ({ day }) => <span className="figures">{day}</span> },
  { head: 'Order', width: 190, cell: ({ order }) => <OrderLink order={order} /> },
  { head: 'Finding', cell: ({ what }) => WHAT[what] },
];
