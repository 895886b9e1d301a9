import type { Grouping } from '../../../src/operate/shapes/reports.ts';
import { sumOf, type Sold, type SoldLine, type SoldRefund } from './sold-bodies.ts';

/** Sales calculated from the orders one by one, without MongoDB, as docs/reports.md defines them. */
export interface Figures {
  orders: number;
  units: number;
  gross: number;
  discounts: number;
  returns: number;
  net: number;
  shipping: number;
  duties: number;
  tax: number;
  total: number;
  tips: number;
  giftCards: number;
  refunded: number;
}

/** One sale or one refund: when it counts, and what it adds. */
interface Entry {
  at: string;
  group: string | null;
  currency: string;
  adds: Partial<Figures>;
}

const isSold = ({ isGiftCard }: SoldLine) => !isGiftCard;
const lineGross = ({ taxesIncluded }: Sold, { price, quantity, tax }: SoldLine) =>
  price * quantity - (taxesIncluded ? tax : 0);

function saleOf(sold: Sold, lines: readonly SoldLine[], isWhole: boolean): Partial<Figures> {
  const goods = lines.filter(isSold);
  const gifts = lines.filter(({ isGiftCard }) => isGiftCard);
  return {
    units: sumOf(goods.map(({ quantity }) => quantity)),
    gross: sumOf(goods.map((line) => lineGross(sold, line))),
    discounts: sumOf(goods.map(({ discount }) => discount)),
    tax: sumOf(lines.map(({ tax }) => tax)) + (isWhole ? sold.shippingTax : 0),
    giftCards: sumOf(gifts.map(({ price, quantity, discount }) => price * quantity - discount)),
    ...(isWhole && {
      shipping: sold.shipping - (sold.taxesIncluded ? sold.shippingTax : 0),
      duties: sold.duties,
      tips: sold.tips,
    }),
  };
}

function refundOf(
  sold: Sold,
  refund: SoldRefund,
  lines: SoldRefund['lines'],
  isWhole: boolean,
): Partial<Figures> {
  const goods = lines.filter(({ line }) => isSold(line));
  const withoutTax = goods.map(({ subtotal, tax }) => subtotal - (sold.taxesIncluded ? tax : 0));
  const paid = refund.paid.filter(
    ({ status, kind, currency }) => status === 'success' && kind === 'refund' && currency === sold.currency,
  );
  return {
    returns: sumOf(withoutTax) - (isWhole ? refund.adjustment : 0),
    tax: -sumOf(lines.map(({ tax }) => tax)) - (isWhole ? refund.shippingTax : 0),
    ...(isWhole && {
      shipping: -(refund.shipping - (sold.taxesIncluded ? refund.shippingTax : 0)),
      refunded: sumOf(paid.map(({ amount }) => amount)),
    }),
  };
}

/** The groups of an order, if they do not depend on the time. */
const GROUPS_OF: Partial<Record<Grouping, (sold: Sold) => (string | null)[]>> = {
  shop: ({ shop }) => [shop],
  currency: ({ currency }) => [currency],
  channel: ({ channel }) => [channel],
  country: ({ country }) => [country],
  region: ({ country, region }) => [country && region && `${country}-${region}`],
  discount: ({ codes }) => (codes.length === 0 ? [null] : [...new Set(codes)]),
  tag: ({ tags }) => (tags.length === 0 ? [null] : [...new Set(tags)]),
  order: ({ shop, id }) => [`${shop}/${id}`],
};

const skuOf = ({ sku }: SoldLine) => sku || null;

function* entriesOf(sold: Sold, by: Grouping, zone: string): Generator<Entry> {
  const { currency } = sold;
  const groups = GROUPS_OF[by]?.(sold);
  for (const [at, adds] of [
    [sold.at, { orders: 1, ...saleOf(sold, sold.lines, true) }],
    ...sold.refunds.map((refund) => [refund.at, refundOf(sold, refund, refund.lines, true)] as const),
  ] as const)
    if (by !== 'sku')
      for (const group of groups ?? [timeOf(by, at, zone)]) yield { at, group, currency, adds };
  if (by !== 'sku') return;
  for (const sku of new Set(sold.lines.map(skuOf))) {
    const ofSku = (line: SoldLine) => skuOf(line) === sku;
    yield {
      at: sold.at,
      group: sku,
      currency,
      adds: { orders: 1, ...saleOf(sold, sold.lines.filter(ofSku), false) },
    };
    for (const refund of sold.refunds) {
      const lines = refund.lines.filter(({ line }) => ofSku(line));
      if (lines.length > 0)
        yield { at: refund.at, group: sku, currency, adds: refundOf(sold, refund, lines, false) };
    }
  }
}

function timeOf(by: Grouping, at: string, zone: string): string {
  const day = dayOf(at, zone);
  if (by === 'day') return day;
  return by === 'month' ? day.slice(0, 7) : weekOf(day);
}

function dayOf(at: string, zone: string): string {
  return new Date(at).toLocaleDateString('sv-SE', { timeZone: zone });
}

/** The ISO week: that of its Thursday. */
function weekOf(day: string): string {
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / 86_400_000 / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

export interface Reckoned {
  by: Grouping;
  zone: string;
  from: string;
  to: string;
  test: boolean;
  shop?: string | undefined;
}

/** By `<group> <currency>`. */
export function reckon(
  all: readonly Sold[],
  { by, zone, from, to, test, shop }: Reckoned,
): Map<string, Figures> {
  const rows = new Map<string, Figures>();
  const counted = all.filter(
    (sold) => !sold.deleted && sold.test === test && (shop === undefined || sold.shop === shop),
  );
  for (const sold of counted)
    for (const { at, group, currency, adds } of entriesOf(sold, by, zone)) {
      const day = dayOf(at, zone);
      if (day < from || day > to) continue;
      const key = `${group} ${currency}`;
      const row = rows.get(key) ?? nothing();
      for (const [name, value] of Object.entries(adds) as [keyof Figures, number][]) row[name] += value;
      row.net = row.gross - row.discounts - row.returns;
      row.total = row.net + row.shipping + row.duties + row.tax;
      rows.set(key, row);
    }
  return rows;
}

function nothing(): Figures {
  return {
    orders: 0,
    units: 0,
    gross: 0,
    discounts: 0,
    returns: 0,
    net: 0,
    shipping: 0,
    duties: 0,
    tax: 0,
    total: 0,
    tips: 0,
    giftCards: 0,
    refunded: 0,
  };
}
