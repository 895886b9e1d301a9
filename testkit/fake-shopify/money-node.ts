import type { Json } from './fake-order.ts';
import type { Node } from './graphql-node.ts';

/** Amounts that an order may lack, and what each is in its REST body. */
const AMOUNTS = {
  subtotalPriceSet: 'subtotal_price',
  totalDiscountsSet: 'total_discounts',
  totalTaxSet: 'total_tax',
  totalShippingPriceSet: 'total_shipping_price',
  originalTotalDutiesSet: 'original_total_duties',
  totalTipReceivedSet: 'total_tip_received',
  totalOutstandingSet: 'total_outstanding',
} as const;

export function amountFields(rest: () => Json): Record<string, () => Node | null> {
  const fieldOf = (name: string) => () => optionalSet(rest()[name], rest(), rest()[`${name}_set`]);
  return Object.fromEntries(Object.entries(AMOUNTS).map(([field, name]) => [field, fieldOf(name)]));
}

export function moneyNode(amount: unknown, currencyCode: unknown): Node {
  return { __typename: 'MoneyV2', amount: decimalOf(amount), currencyCode };
}

/** REST's money set if the body has one; otherwise both amounts are the shop's. */
export function moneySet(amount: unknown, rest: Json, set?: unknown): Node {
  const { shop_money: shop, presentment_money: presentment } = (set ?? {}) as Record<
    string,
    Json | undefined
  >;
  const usual = moneyNode(amount, rest.currency);
  const one = (money: Json | undefined) => (money ? moneyNode(money.amount, money.currency_code) : usual);
  return { __typename: 'MoneyBag', shopMoney: one(shop), presentmentMoney: one(presentment) };
}

/** Null if the body has neither the amount nor its set. */
export function optionalSet(amount: unknown, rest: Json, set: unknown): Node | null {
  return (amount ?? set ?? null) === null ? null : moneySet(amount, rest, set);
}

/** A transaction is in the customer's currency; the shop's amount follows from the order's total in both. */
export function paidSet(part: Json, rest: Json): Node {
  const presentment = moneyNode(part.amount, part.currency ?? rest.currency);
  const total = moneySet(rest.total_price, rest, rest.total_price_set);
  const [shop, customer] = [total.shopMoney, total.presentmentMoney] as Node[];
  const rate = Number(shop?.amount) / Number(customer?.amount) || 1;
  const isShops = presentment.currencyCode === rest.currency;
  const shopMoney = isShops ? presentment : moneyNode(Number(part.amount) * rate, rest.currency);
  return { __typename: 'MoneyBag', shopMoney, presentmentMoney: presentment };
}

function decimalOf(amount: unknown): string {
  return Number(amount)
    .toFixed(2)
    .replace(/(\.\d)0$/, '$1');
}
