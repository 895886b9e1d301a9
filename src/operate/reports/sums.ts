import { decimalOf, decimalText } from '../../order/decimal.ts';
import { amountInSum } from '../../persist/decimal128.ts';
import type { Grouping, SalesFigures } from '../shapes/reports.ts';
import { GIVEN_BACK, SOLD } from './figures.ts';

/** What MongoDB added up for one group and currency. */
export interface Added {
  _id: { group: string | null; currency: string | null; kind: Kind };
  name?: string | null;
  [figure: string]: unknown;
}
export type Kind = 'live' | 'test' | 'unreadable';

const COUNTS = ['orders', 'cancelled', 'units'] as const;
const AMOUNTS = [
  'gross',
  'discounts',
  'returns',
  'tax',
  'shipping',
  'duties',
  'tips',
  'giftCards',
  'refunded',
] as const;

/** Counts, and amounts in the form of decimal.ts. Refunded tax and shipping are deducted. */
export type Sums = Record<(typeof COUNTS)[number], number> & Record<(typeof AMOUNTS)[number], bigint>;

export function noSums(): Sums {
  return {
    ...(Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<(typeof COUNTS)[number], number>),
    ...(Object.fromEntries(AMOUNTS.map((name) => [name, 0n])) as Record<(typeof AMOUNTS)[number], bigint>),
  };
}

/** Adds to `sums` what was sold. */
export function addSold(sums: Sums, added: Added): void {
  for (const name of COUNTS) sums[name] += Number(added[name] ?? 0);
  for (const name of SOLD) if (name !== 'units') sums[name] += amountOf(added[name]);
}

/** Returned and refunded amounts are positive figures; refunded tax and shipping are deducted from those sold. */
export function addGivenBack(sums: Sums, added: Added): void {
  for (const name of GIVEN_BACK) {
    const sign = name === 'tax' || name === 'shipping' ? -1n : 1n;
    sums[name] += sign * amountOf(added[name]);
  }
}

export function addSums(to: Sums, from: Sums): void {
  for (const name of COUNTS) to[name] += from[name];
  for (const name of AMOUNTS) to[name] += from[name];
}

function amountOf(value: unknown): bigint {
  return decimalOf(amountInSum(value)) ?? 0n;
}

/** The figures as text, with the decimals that are usual for the currency. */
export function figuresOf(sums: Sums, currency: string, by: Grouping): SalesFigures {
  const places = placesOf(currency);
  const money = (value: bigint) => decimalText(value, places);
  const ofOrder = (value: bigint) => (by === 'sku' ? null : money(value));
  const net = sums.gross - sums.discounts - sums.returns;
  return {
    currency,
    orders: sums.orders,
    cancelled: sums.cancelled,
    units: sums.units,
    gross: money(sums.gross),
    discounts: money(sums.discounts),
    returns: money(sums.returns),
    net: money(net),
    shipping: ofOrder(sums.shipping),
    duties: ofOrder(sums.duties),
    tax: money(sums.tax),
    total: money(net + sums.shipping + sums.duties + sums.tax),
    tips: ofOrder(sums.tips),
    giftCards: money(sums.giftCards),
    refunded: ofOrder(sums.refunded),
  };
}

const CENTS = 2;

function placesOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return CENTS;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? CENTS;
}
