import { Alert, Button, Group, Skeleton, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'wouter';
import type { SalesReport } from '../../operate/shapes/reports.ts';
import { useApi } from '../client/use-api.ts';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { FilterBar, type FilterField } from '../tables/filter-bar.tsx';
import { useFilters } from '../tables/use-filters.ts';
import { figure, several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { DayBars } from './day-bars.tsx';
import { PRESETS, today } from './periods.ts';
import { reportPage, SalesTable } from './sales-table.tsx';

const GROUPINGS = [
  { value: 'week', label: 'week' },
  { value: 'month', label: 'month' },
  { value: 'shop', label: 'shop' },
  { value: 'currency', label: 'currency' },
  { value: 'channel', label: 'channel' },
  { value: 'country', label: 'country' },
  { value: 'region', label: 'region' },
  { value: 'discount', label: 'discount code' },
  { value: 'tag', label: 'tag' },
  { value: 'sku', label: 'SKU' },
  { value: 'order', label: 'order' },
] as const;

const FIELDS: readonly FilterField[] = [
  { name: 'shop', label: 'Shop', placeholder: 'all shops', width: 220 },
  { name: 'from', label: 'From', kind: 'day', width: 140 },
  { name: 'to', label: 'To', kind: 'day', width: 140 },
  { name: 'by', label: 'By', kind: 'select', any: 'day', options: GROUPINGS, width: 130 },
  {
    name: 'zone',
    label: 'Time zone',
    kind: 'select',
    any: 'UTC',
    options: Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
    width: 190,
  },
  {
    name: 'test',
    label: 'Orders',
    kind: 'select',
    any: 'real orders',
    options: [{ value: '1', label: 'test orders' }],
    width: 120,
  },
];

const NAMES = ['shop', 'from', 'to', 'by', 'zone', 'test', 'currency', 'of', 'group'] as const;

/** Sales of one shop or all, by time, place, channel, discount, tag, SKU or order. */
export function ReportsPage() {
  const { filters } = useFilters(NAMES);
  const answer = useApi<SalesReport>('/reports/sales', filters);
  const report = answer.data;
  return (
    <Page title="Reports" sentence={report && sentenceOf(report)}>
      <Presets />
      <FilterBar fields={FIELDS} />
      <Narrowed />
      {answer.error && <Problem problem={answer.error} />}
      {!report && !answer.error && <Skeleton height={240} />}
      {report && <Sales report={report} />}
    </Page>
  );
}

function sentenceOf({ shop, from, to, zone, test }: SalesReport) {
  const days = from === to ? from : `${from} to ${to}`;
  return (
    <span className="wrap">
      {test ? 'Test orders' : 'Sales'} of {shop === null ? 'all shops' : <Plain text={shop} max={100} />},{' '}
      {days} ({zone})
    </span>
  );
}

/** Links that set the period and keep the rest. */
function Presets() {
  const [params] = useSearchParams();
  const day = today(zoneIn(params));
  return (
    <Group gap="xs" mb="sm">
      {PRESETS.map(({ name, of }) => {
        const period = of(day);
        const isCurrent = params.get('from') === period.from && params.get('to') === period.to;
        return (
          <Button
            key={name}
            component={Link}
            href={reportPage({ ...Object.fromEntries(params), ...period })}
            variant={isCurrent ? 'filled' : 'default'}
            {...(isCurrent ? { 'aria-current': 'true' as const } : {})}
            size="xs"
          >
            {name}
          </Button>
        );
      })}
    </Group>
  );
}

/** A zone that the browser does not know is refused by the API, with a message. */
function zoneIn(params: URLSearchParams): string {
  const zone = params.get('zone') ?? 'UTC';
  return Intl.supportedValuesOf('timeZone').includes(zone) ? zone : 'UTC';
}

/** Names the group of the orders, with a link back to all of them. */
function Narrowed() {
  const { filters, set } = useFilters(['currency', 'of', 'group']);
  const { currency, of: trait, group } = filters;
  if (currency === '' && trait === '') return null;
  const ofGroup = trait === '' ? '' : ` · ${trait}: ${group === '' ? 'none' : group}`;
  return (
    <Group gap="xs" mb="sm">
      <span>
        Only <Plain text={`${currency}${ofGroup}`.replace(/^ · /, '')} max={120} />
      </span>
      <Button variant="default" size="compact-xs" onClick={() => set({ currency: '', of: '', group: '' })}>
        Show all
      </Button>
    </Group>
  );
}

function Sales({ report }: { report: SalesReport }) {
  const { totals, rows, by, from, to } = report;
  return (
    <>
      <Remarks report={report} />
      {totals.length === 0 && <Empty title="No sales" why="No orders and no refunds in this period." />}
      {totals.map((total) => (
        <section key={total.currency} aria-label={total.currency}>
          <Title order={2} size="h5" mt="md" mb="xs">
            {total.currency}
          </Title>
          {by === 'day' && from !== to && (
            <DayBars
              currency={total.currency}
              from={from}
              to={to}
              rows={rows.filter(({ currency }) => currency === total.currency)}
            />
          )}
          <SalesTable report={report} total={total} totalHref={totalHref(report, total.currency)} />
        </section>
      ))}
    </>
  );
}

function totalHref({ shop, from, to, zone, test }: SalesReport, currency: string): string {
  return reportPage({
    ...(shop === null ? {} : { shop }),
    from,
    to,
    zone,
    by: 'order',
    currency,
    ...(test ? { test: '1' } : {}),
  });
}

/** What the figures do not include, and what looks wrong. */
function Remarks({ report: { leftOut, unbalanced, moreRows } }: { report: SalesReport }) {
  const [params] = useSearchParams();
  const remarks = [
    leftOut.unreadable > 0 &&
      `${several(leftOut.unreadable, 'order is', 'orders are')} left out: stored by an earlier version, or damaged. Rebuild them.`,
    unbalanced > 0 &&
      `${several(unbalanced, 'order does', 'orders do')} not add up: their parts are not equal to Shopify's total price.`,
    moreRows > 0 && `${figure(moreRows)} more rows are not shown; the totals include them.`,
  ].filter((remark) => remark !== false);
  if (remarks.length === 0 && leftOut.test === 0) return null;
  return (
    <Alert className="note" variant="outline" py="xs" mb="sm">
      {leftOut.test > 0 && (
        <Text component="p" size="sm" m={0}>
          {several(leftOut.test, 'test order is', 'test orders are')} left out.{' '}
          <Link className="link" href={reportPage({ ...Object.fromEntries(params), test: '1' })}>
            Show only test orders
          </Link>
        </Text>
      )}
      {remarks.map((remark) => (
        <div key={remark}>{remark}</div>
      ))}
    </Alert>
  );
}
