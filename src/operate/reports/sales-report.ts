import type { PipelineStage } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import { zoneOf } from '../../system/time-zones.ts';
import { Refusal } from '../refusal.ts';
import { shopsAsked, type ShopBounds } from '../shop-bounds.ts';
import type { SalesQuery, SalesReport, SalesRow, Trait } from '../shapes/reports.ts';
import { addDays, dayAt, daysBetween, dayStart } from './days.ts';
import { OVERLAPPING } from './groups.ts';
import { detailOf, orderListOf, type Scope } from './order-list.ts';
import { MOST_GROUPS, returnsPipeline, salesPipeline, type Asked } from './pipelines.ts';
import {
  addGivenBack,
  addSold,
  addSums,
  figuresOf,
  noSums,
  type Added,
  type Kind,
  type Sums,
} from './sums.ts';

/** @param bounds the shops that the caller may see */
export type ReadSales = (query: SalesQuery, bounds: ShopBounds) => Promise<SalesReport>;

/** The length of a report without a first day. */
const USUAL_DAYS = 30;
/** Three years. */
const MOST_DAYS = 1100;
const MOST_ROWS = 1000;
/** A report that takes longer is stopped; the API waits just as long. */
export const REPORT_MS = 30_000;

/**
 * Sales by group and currency. MongoDB adds up orders by when they were created, and refunds by when they were made;
 * this combines the two. Amounts of different currencies are never added up.
 */
export function salesReports({ orders }: Pick<Collections, 'orders'>, now: () => number): ReadSales {
  const run = (stages: PipelineStage[]) =>
    orders.aggregate<Added>(stages).option({ maxTimeMS: REPORT_MS }).exec().catch(refuseUnknownZone);

  async function read(asked: Asked, kind: Kind): Promise<Found> {
    const [sold, givenBack] = await Promise.all([run(salesPipeline(asked)), run(returnsPipeline(asked))]);
    if (sold.length > MOST_GROUPS || givenBack.length > MOST_GROUPS)
      throw new Refusal('bad_request', `by: more than ${MOST_GROUPS} groups: ask for a shorter period`);
    return found(sold, givenBack, kind);
  }

  return async (query, bounds) => {
    const scope = scopeOf(query, now());
    const asked = { ...askedOf(query, scope), shop: shopsAsked(query.shop, bounds) };
    const kind = scope.test ? 'test' : 'live';
    const [rows, all] = await Promise.all([
      read(asked, kind),
      OVERLAPPING.has(scope.by) ? read({ ...asked, by: 'currency' }, kind) : null,
    ]);
    return reportOf(scope, rows, all ?? rows);
  };
}

/** MongoDB's code for a time zone that it does not know: its list may be older than ours. */
const UNKNOWN_ZONE = 40_485;

function refuseUnknownZone(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === UNKNOWN_ZONE)
    throw new Refusal('bad_request', 'zone: MongoDB does not know this time zone');
  throw error;
}

function scopeOf({ shop, from, to, by, zone: named, test }: SalesQuery, now: number): Scope {
  const zone = zoneOf(named);
  if (zone === null) throw new Refusal('bad_request', 'zone: not a time zone, such as Europe/Berlin');
  const last = to ?? dayAt(now, zone);
  const first = from ?? addDays(last, 1 - USUAL_DAYS);
  if (first > last) throw new Refusal('bad_request', 'from: must not be after to');
  if (daysBetween(first, last) >= MOST_DAYS)
    throw new Refusal('bad_request', `from: a report has at most ${MOST_DAYS} days`);
  return { shop, from: first, to: last, zone, by, test: test === '1' };
}

function askedOf({ currency, of, group }: SalesQuery, scope: Scope): Omit<Asked, 'shop'> {
  const { from, to, zone, by } = scope;
  return {
    zone,
    by,
    currency,
    from: dayStart(from, zone),
    until: dayStart(addDays(to, 1), zone),
    of: ofOne(by, of, group ?? null),
  };
}

function ofOne(by: Scope['by'], of: Trait | undefined, group: string | null): Asked['of'] {
  if (of === undefined && group === null) return undefined;
  if (of === undefined || by !== 'order')
    throw new Refusal('bad_request', 'group: only with `by=order` and `of`');
  return { by: of, group: group === '' ? null : group };
}

interface Row {
  group: string | null;
  currency: string;
  name: string | null;
  sums: Sums;
}

interface Found {
  rows: Row[];
  leftOut: Record<Exclude<Kind, 'live'>, number>;
  unbalanced: number;
}

function found(sold: readonly Added[], givenBack: readonly Added[], kind: Kind): Found {
  const rows = new Map<string, Row>();
  const rowOf = ({ _id: { group, currency }, name = null }: Added): Row => {
    const key = JSON.stringify([group, currency]);
    const row = rows.get(key) ?? { group, currency: currency ?? '', name, sums: noSums() };
    rows.set(key, row);
    return row;
  };
  const ofKind = (all: readonly Added[], which: Kind) => all.filter(({ _id }) => _id.kind === which);
  for (const each of ofKind(sold, kind)) addSold(rowOf(each).sums, each);
  for (const each of ofKind(givenBack, kind)) addGivenBack(rowOf(each).sums, each);
  const count = (which: Kind, figure: string) =>
    ofKind(sold, which).reduce((sum, each) => sum + Number(each[figure]), 0);
  return {
    rows: [...rows.values()],
    leftOut: {
      test: kind === 'test' ? 0 : count('test', 'orders'),
      unreadable: count('unreadable', 'orders'),
    },
    unbalanced: count(kind, 'unbalanced'),
  };
}

function reportOf(scope: Scope, { rows }: Found, { rows: all, leftOut, unbalanced }: Found): SalesReport {
  const { shop = null, from, to, zone, by, test } = scope;
  const totals = totalsOf(all);
  const inOneCurrency = totals.size === 1;
  const shown = rows.toSorted(sortedFor(by)).slice(0, MOST_ROWS);
  return {
    shop,
    from,
    to,
    zone,
    by,
    test,
    rows: shown.map(({ group, currency, name, sums }): SalesRow => ({
      group,
      name,
      ...figuresOf(sums, currency, by),
      detail: detailOf(scope, group, currency),
      list: orderListOf(scope, group, inOneCurrency),
    })),
    moreRows: rows.length - shown.length,
    totals: [...totals].map(([currency, sums]) => figuresOf(sums, currency, 'currency')),
    leftOut,
    unbalanced,
  };
}

function totalsOf(rows: readonly Row[]): Map<string, Sums> {
  const totals = new Map<string, Sums>();
  for (const { currency, sums } of rows.toSorted(byText(({ currency: code }) => code))) {
    const total = totals.get(currency) ?? noSums();
    addSums(total, sums);
    totals.set(currency, total);
  }
  return totals;
}

type Compare = (a: Row, b: Row) => number;

const byText =
  (textOf: (row: Row) => string): Compare =>
  (a, b) => {
    const [one, other] = [textOf(a), textOf(b)];
    if (one === other) return 0;
    return one < other ? -1 : 1;
  };

const byTime = byText(({ group, currency }) => `${group} ${currency}`);
const bySize: Compare = (a, b) => {
  const [one, other] = [sizeOf(a), sizeOf(b)];
  if (one === other) return byTime(a, b);
  return one > other ? -1 : 1;
};

/** Rows of one currency stay together. */
const largestFirst: Compare = (a, b) => byText(({ currency }) => currency)(a, b) || bySize(a, b);

function sizeOf({ sums: { gross, returns } }: Row): bigint {
  return gross > returns ? gross : returns;
}

function sortedFor(by: Scope['by']): Compare {
  return by === 'day' || by === 'week' || by === 'month' ? byTime : largestFirst;
}
