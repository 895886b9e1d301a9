import type { Grouping, Trait } from '../shapes/reports.ts';
import { addDays, dayStart, mondayOf } from './days.ts';

/** The period and the shop of a report, and whether it is about test orders. */
export interface Scope {
  shop?: string | undefined;
  from: string;
  to: string;
  zone: string;
  by: Grouping;
  test: boolean;
  /** Only orders in this currency. */
  currency?: string | undefined;
}

/** The parameter of the list of orders that selects the orders of a group. */
const SAME: Partial<Record<Trait, string>> = { shop: 'shop', tag: 'tag', sku: 'sku' };

/**
 * The parameters of GET /orders that list the orders of a group; null if they cannot express it: the list has no filter
 * by currency, channel, country, region or discount, and none for orders without a tag or SKU.
 */
export function orderListOf(
  scope: Scope,
  group: string | null,
  inOneCurrency: boolean,
): Record<string, string> | null {
  if (group === null || !inOneCurrency) return null;
  const { shop, test, by } = scope;
  const parameter = SAME[by as Trait];
  const period = parameter ? scope : periodOf(scope, group);
  if (!period) return null;
  const last = dayStart(addDays(period.to, 1), scope.zone).getTime() - 1;
  return {
    ...(shop === undefined ? {} : { shop }),
    createdFrom: dayStart(period.from, scope.zone).toISOString(),
    createdTo: new Date(last).toISOString(),
    test: test ? '1' : '0',
    ...(parameter ? { [parameter]: group } : {}),
  };
}

/** The parameters of the report that shows the orders of a group one by one; null if the group is an order. */
export function detailOf(
  scope: Scope,
  group: string | null,
  currency: string,
): Record<string, string> | null {
  const { shop, from, to, zone, by, test } = scope;
  if (by === 'order') return null;
  const period = group === null ? null : periodOf(scope, group);
  return {
    ...(shop === undefined ? {} : { shop }),
    ...(period ?? { from, to }),
    zone,
    by: 'order',
    currency,
    ...(test ? { test: '1' } : {}),
    ...(DAYS[by] ? {} : { of: by }),
    ...(DAYS[by] || group === null ? {} : { group }),
  };
}

/** The days of a group by time that are in the report. */
function periodOf({ by, from, to }: Scope, group: string): Pick<Scope, 'from' | 'to'> | null {
  const days = DAYS[by]?.(group);
  return days ? { from: days.from > from ? days.from : from, to: days.to < to ? days.to : to } : null;
}

const DAYS: Partial<Record<Grouping, (group: string) => Pick<Scope, 'from' | 'to'>>> = {
  day: (day) => ({ from: day, to: day }),
  week: (week) => ({ from: mondayOf(week), to: addDays(mondayOf(week), 6) }),
  month: (month) => ({ from: `${month}-01`, to: lastDayOf(month) }),
};

function lastDayOf(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
