import type { Random } from '../../../testkit/deliveries/random.ts';

/** Orders as Shopify sends them, with everything that a report counts. Amounts are made in the smallest unit. */

export const SHOPS = ['a.myshopify.com', 'b.myshopify.com'] as const;
const PLACES = { USD: 2, EUR: 2, JPY: 0 } as const;
type Currency = keyof typeof PLACES;
const SKUS = ['TEA', 'CUP', 'POT', '', null] as const;

/** Two days around each change of the clock in Berlin and New York, and their midnights. */
const MOMENTS = [
  '2026-03-08T04:59:59Z',
  '2026-03-08T05:00:00Z',
  '2026-03-09T03:59:59Z',
  '2026-03-28T22:59:59Z',
  '2026-03-28T23:00:00Z',
  '2026-03-29T21:59:59Z',
  '2026-03-29T22:00:00Z',
  '2026-10-24T21:59:59Z',
  '2026-10-24T22:00:00Z',
  '2026-10-25T22:59:59Z',
  '2026-10-25T23:00:00Z',
  '2026-11-01T03:59:59Z',
  '2026-11-01T04:00:00Z',
  '2026-11-02T04:59:59Z',
  '2026-12-31T23:30:00Z',
  '2027-01-01T00:00:00Z',
  '2027-01-03T23:59:59Z',
  '2027-01-04T00:00:00Z',
] as const;

export interface SoldLine {
  id: number;
  sku: string | null;
  quantity: number;
  price: number;
  discount: number;
  tax: number;
  isGiftCard: boolean;
}
export interface SoldRefund {
  id: number;
  at: string;
  lines: { line: SoldLine; quantity: number; subtotal: number; tax: number }[];
  shipping: number;
  shippingTax: number;
  adjustment: number;
  paid: { amount: number; status: string; currency: string; kind: string }[];
}
export interface Sold {
  id: number;
  shop: string;
  currency: Currency;
  at: string;
  taxesIncluded: boolean;
  test: boolean;
  channel: string | null;
  country: string | null;
  region: string | null;
  codes: string[];
  tags: string[];
  lines: SoldLine[];
  shipping: number;
  shippingTax: number;
  duties: number;
  tips: number;
  refunds: SoldRefund[];
  cancelled: boolean;
  deleted: boolean;
  /** In the total, but in none of the parts that are known. */
  fee?: number;
}

export function inventSold(random: Random, id: number): Sold {
  const chance = (of: number) => random.below(of) === 0;
  const amount = (most: number) => (chance(3) ? 0 : random.below(most));
  const lines = Array.from({ length: random.below(5) }, (_, i): SoldLine => {
    const isGiftCard = chance(8);
    const [quantity, price] = [1 + random.below(4), random.below(20_000)];
    return {
      id: id * 100 + i,
      sku: random.pick(SKUS),
      quantity,
      price,
      discount: amount(price + 1),
      tax: isGiftCard ? 0 : amount(3000),
      isGiftCard,
    };
  });
  const currency = random.pick(Object.keys(PLACES) as Currency[]);
  const shippingTax = amount(200);
  return {
    id,
    shop: random.pick(SHOPS),
    currency,
    at: random.pick(MOMENTS),
    taxesIncluded: chance(2),
    test: chance(6),
    channel: random.pick(['web', 'pos', null]),
    country: random.pick(['US', 'DE', null]),
    region: random.pick(['KY', null]),
    codes: chance(2) ? [] : [random.pick(['TEN', 'VIP']), random.pick(['TEN', 'MORE'])],
    tags: chance(2) ? [] : [random.pick(['gift', 'b2b']), 'late'],
    lines,
    shipping: 300 + random.below(900),
    shippingTax,
    duties: amount(900),
    tips: amount(500),
    refunds: Array.from({ length: chance(2) ? random.below(3) : 0 }, (_, i) =>
      inventRefund(random, id * 10 + i, lines, currency),
    ),
    cancelled: chance(5),
    deleted: chance(12),
  };
}

function inventRefund(random: Random, id: number, lines: SoldLine[], currency: Currency): SoldRefund {
  const returned = lines.filter(() => random.below(2) === 0);
  return {
    id,
    at: random.pick(MOMENTS),
    lines: returned.map((line) => ({
      line,
      quantity: 1,
      subtotal: random.below(line.price + 1),
      tax: line.isGiftCard ? 0 : random.below(300),
    })),
    shipping: random.below(300),
    shippingTax: random.below(100),
    adjustment: random.pick([0, -500, 237]),
    paid: [
      { amount: random.below(5000), status: 'success', currency, kind: 'refund' },
      { amount: random.below(5000), status: 'failure', currency, kind: 'refund' },
      { amount: random.below(5000), status: 'success', currency: 'CAD', kind: 'refund' },
      { amount: random.below(5000), status: 'success', currency, kind: 'void' },
    ].filter(() => random.below(2) === 0),
  };
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

const goods = ({ price, quantity, discount }: SoldLine) => price * quantity - discount;

/** The body of the order, as of its newest event. */
export function bodyOf(sold: Sold): object {
  const set = (value: number) => setOf(value, sold);
  const tax = sumOf(sold.lines.map((line) => line.tax)) + sold.shippingTax;
  const subtotal = sumOf(sold.lines.map(goods));
  const total =
    subtotal + sold.shipping + sold.duties + sold.tips + (sold.taxesIncluded ? 0 : tax) + (sold.fee ?? 0);
  return {
    id: sold.id,
    name: `#${sold.id}`,
    test: sold.test,
    taxes_included: sold.taxesIncluded,
    currency: sold.currency,
    created_at: sold.at,
    processed_at: sold.at,
    updated_at: '2027-02-01T00:00:00Z',
    cancelled_at: sold.cancelled ? '2027-01-20T00:00:00Z' : null,
    financial_status: 'paid',
    source_name: sold.channel,
    tags: sold.tags.join(', '),
    discount_codes: sold.codes.map((code) => ({ code })),
    shipping_address: { country_code: sold.country, province_code: sold.region },
    subtotal_price_set: set(subtotal),
    total_tax_set: set(tax),
    total_shipping_price_set: set(sold.shipping),
    original_total_duties_set: sold.duties === 0 ? null : set(sold.duties),
    total_tip_received: textOf(sold.tips, sold.currency),
    total_price_set: set(total),
    line_items: linesOf(sold),
    refunds: refundsOf(sold),
  };
}

/** In the shop's currency, and in a buyer's that must not count. */
function setOf(value: number, { currency }: Sold) {
  return {
    shop_money: { amount: textOf(value, currency), currency_code: currency },
    presentment_money: { amount: '1.23', currency_code: 'GBP' },
  };
}

function linesOf(sold: Sold): object[] {
  const text = (value: number) => textOf(value, sold.currency);
  return sold.lines.map((line) => ({
    id: line.id,
    sku: line.sku,
    quantity: line.quantity,
    // After an edit or a return: a report counts what was sold.
    current_quantity: 0,
    price: text(line.price),
    gift_card: line.isGiftCard,
    discount_allocations: line.discount === 0 ? [] : [{ amount: text(line.discount) }],
    tax_lines: line.tax === 0 ? [] : [{ price: text(line.tax) }],
  }));
}

function refundsOf(sold: Sold): object[] {
  const text = (value: number) => textOf(value, sold.currency);
  const set = (value: number) => setOf(value, sold);
  return sold.refunds.map((refund) => ({
    id: refund.id,
    created_at: refund.at,
    processed_at: refund.at,
    refund_line_items: refund.lines.map(({ line, quantity, subtotal: returned, tax: back }, i) => ({
      id: refund.id * 10 + i,
      line_item_id: line.id,
      quantity,
      // Numbers, not text, as Shopify sends them.
      subtotal: Number(text(returned)),
      total_tax: Number(text(back)),
    })),
    refund_shipping_lines: [
      { subtotal_amount_set: set(refund.shipping), tax_amount_set: set(refund.shippingTax) },
    ],
    order_adjustments: [{ kind: 'refund_discrepancy', amount: text(refund.adjustment), tax_amount: text(0) }],
    transactions: refund.paid.map((each, i) => ({
      id: refund.id * 10 + i,
      ...each,
      amount: text(each.amount),
    })),
  }));
}

export function textOf(value: number, currency: string): string {
  const places = PLACES[currency as Currency];
  return (value / 10 ** places).toFixed(places);
}
