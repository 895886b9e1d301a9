import { Option } from 'commander';
import type { SalesFigures, SalesReport, SalesRow } from '../operate/shapes/reports.ts';
import { queryOf } from './ask.ts';
import { counted, table, type Cell } from './table.ts';
import { shopOption, verb } from './verb.ts';

export const REPORT_VERBS = [
  verb<SalesOptions>({
    call: 'sales',
    isDefault: true,
    about: 'Show sales of a period by group, each currency separately; test orders are left out',
    options: [
      shopOption(),
      new Option('--from <day>', 'First day, such as 2026-11-01 (default: 29 days before --to)'),
      new Option('--to <day>', 'Last day (default: today)'),
      new Option(
        '--by <group>',
        'Group by day, week, month, shop, currency, channel, country, region, discount, tag, sku, or order',
      ).default('day'),
      new Option('--zone <zone>', 'Time zone of the days, such as Europe/Berlin').default('UTC'),
      new Option('--currency <code>', 'Only orders in this currency'),
      new Option('--test', 'Only test orders'),
    ],
    act: async (session, _, { shop, from, to, by, zone, currency, test }) => {
      const query = { shop, from, to, by, zone, currency, test: test ? '1' : undefined };
      const report = await session.ask<SalesReport>(`/reports/sales${queryOf(query)}`);
      session.show(report, reportText(report));
    },
  }),
];

interface SalesOptions {
  shop?: string;
  from?: string;
  to?: string;
  by: string;
  zone: string;
  currency?: string;
  test?: true;
}

/** The columns, and the figure in each. */
const COLUMNS = {
  currency: 'currency',
  orders: 'orders',
  cancelled: 'cancelled',
  units: 'units',
  gross: 'gross',
  discounts: 'discounts',
  returns: 'returns',
  net: 'net',
  shipping: 'shipping',
  duties: 'duties',
  tax: 'tax',
  total: 'total',
  tips: 'tips',
  'gift cards': 'giftCards',
  refunded: 'refunded',
} as const satisfies Record<string, keyof SalesFigures>;

function cellsOf(figures: SalesFigures): Cell[] {
  return Object.values(COLUMNS).map((name) => figures[name]);
}

function reportText(report: SalesReport): string {
  const { from, to, zone, by, rows, totals, moreRows } = report;
  const kind = report.test ? 'Test orders' : 'Sales';
  const period = `${kind} from ${from} to ${to} (${zone})${report.shop === null ? '' : `, ${report.shop}`}.`;
  const lines = [
    ...rows.map((row) => [groupOf(row), ...cellsOf(row)]),
    ...totals.map((total) => ['total', ...cellsOf(total)]),
  ];
  const body = totals.length === 0 ? 'No sales.' : table(lines, [by, ...Object.keys(COLUMNS)]);
  const more = moreRows === 0 ? [] : [`… ${counted(moreRows, 'more row')}, included in the total`];
  return [period, '', body, ...more, ...remarksOf(report)].join('\n');
}

function groupOf({ group, name }: SalesRow): string {
  if (group === null) return '(none)';
  return name === null ? group : `${group} ${name}`;
}

function remarksOf({ leftOut, unbalanced }: SalesReport): string[] {
  const remarks = [
    leftOut.test > 0 && `${counted(leftOut.test, 'test order')} left out: add --test to see them`,
    leftOut.unreadable > 0 &&
      `WARNING: ${counted(leftOut.unreadable, 'order')} left out: stored by an earlier version, or damaged. Rebuild them: ops order rebuild`,
    unbalanced > 0 &&
      `WARNING: the parts of ${counted(unbalanced, 'order')} do not add up to Shopify's total price`,
  ].filter((remark) => remark !== false);
  return remarks.length === 0 ? [] : ['', ...remarks];
}
