import { Link } from 'wouter';
import type { SalesFigures, SalesReport, SalesRow } from '../../operate/shapes/reports.ts';
import { Empty } from '../components/empty.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { figure } from '../text/figures.ts';
import { OrderLink, orderPage } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { ShopLink } from '../text/shop-link.tsx';
import { isNothing, money } from '../text/amounts.ts';

type Named = Exclude<keyof SalesFigures, 'currency'>;

interface Shown {
  name: Named;
  head: string;
  /** Left out if it is zero in all rows. */
  isRare?: true;
}

/** First the figures that add up to the total, then the others. */
const FIGURES: readonly Shown[] = [
  { name: 'orders', head: 'Orders' },
  { name: 'gross', head: 'Gross' },
  { name: 'discounts', head: 'Discounts' },
  { name: 'returns', head: 'Returns' },
  { name: 'net', head: 'Net' },
  { name: 'shipping', head: 'Shipping' },
  { name: 'duties', head: 'Duties', isRare: true },
  { name: 'tax', head: 'Tax' },
  { name: 'total', head: 'Total' },
  { name: 'refunded', head: 'Refunded' },
  { name: 'tips', head: 'Tips', isRare: true },
  { name: 'giftCards', head: 'Gift cards', isRare: true },
  { name: 'units', head: 'Units' },
  { name: 'cancelled', head: 'Cancelled', isRare: true },
];

/** A row, or the total below all rows. */
interface Line extends SalesFigures {
  row: SalesRow | null;
  href: string;
}

interface SalesTableProps {
  report: SalesReport;
  total: SalesFigures;
  /** Where the orders of the whole report are shown one by one. */
  totalHref: string;
}

/** The rows of one currency, with their total. Every figure is a link to its orders. */
export function SalesTable({ report, total, totalHref }: SalesTableProps) {
  const { by, rows } = report;
  const ofCurrency = rows.filter(({ currency }) => currency === total.currency);
  const lines: Line[] = [
    ...ofCurrency.map((row) => ({ ...row, row, href: hrefOf(row) })),
    { ...total, row: null, href: totalHref },
  ];
  const columns: Column<Line>[] = [
    { head: HEADS[by], width: 120, cell: ({ row }) => <Group by={by} row={row} /> },
    ...FIGURES.filter(({ name, isRare }) => !isRare || lines.some((line) => !isZero(line[name]))).map(
      (shown): Column<Line> => ({
        head: shown.head,
        align: 'right',
        width: 76,
        cell: (line) => <Figure line={line} name={shown.name} />,
      }),
    ),
  ];
  return (
    <DataTable
      label={`Sales in ${total.currency}`}
      rows={lines}
      rowKey={({ row }) => (row ? `of ${row.group}` : 'total')}
      columns={columns}
      empty={<Empty title="No sales" why="No orders and no refunds in this period." />}
    />
  );
}

const HEADS: Record<SalesReport['by'], string> = {
  day: 'Day',
  week: 'Week',
  month: 'Month',
  shop: 'Shop',
  currency: 'Currency',
  channel: 'Channel',
  country: 'Country',
  region: 'Region',
  discount: 'Discount code',
  tag: 'Tag',
  sku: 'SKU',
  order: 'Order',
};

function hrefOf({ detail, group }: SalesRow): string {
  return detail ? reportPage(detail) : orderPage(group ?? '');
}

export function reportPage(parameters: Record<string, string>): string {
  return `/reports?${new URLSearchParams(parameters).toString()}`;
}

function Group({ by, row }: { by: SalesReport['by']; row: SalesRow | null }) {
  if (row === null) return <span className="report-total">Total</span>;
  if (row.group === null) return <span className="dim">none</span>;
  if (by === 'shop') return <ShopLink shop={row.group} />;
  if (by === 'order') return <OrderLink order={row.group} name={row.name} />;
  return <Plain text={row.group} max={80} />;
}

function Figure({ line, name }: { line: Line; name: Named }) {
  const value = line[name];
  if (value === null) return <span className="dim">–</span>;
  const text = typeof value === 'number' ? figure(value) : money(value);
  const shown = line.row === null ? <span className="report-total">{text}</span> : text;
  if (isZero(value)) return <span className="dim">{text}</span>;
  return (
    <Link className="link" href={line.href}>
      {shown}
    </Link>
  );
}

function isZero(figure: string | number | null): boolean {
  return typeof figure === 'number' ? figure === 0 : isNothing(figure);
}
