import { decimalOf, decimalText } from './decimal.ts';
import type { Line } from './event.ts';
import type { Order } from './order.ts';

/**
 * What an order sold, in the terms of Shopify's sales reports (docs/reports.md). It is stored with the order, so that a
 * report only adds it up. Lines and shipping are as Shopify sends them: with tax if prices include it.
 */
export interface Sales {
  unitsSold: number;
  /** Price × quantity of all lines, without tax and gift cards. */
  grossSales: string;
  /** Of these lines. */
  salesDiscounts: string;
  /** Of lines and shipping. */
  salesTax: string;
  /** Without tax. */
  salesShipping: string;
  giftCardSales: string;
  /** By how much `totalPrice` exceeds the sum of these, duties and tips; null without a total. */
  salesDifference: string | null;
}

const CENTS = 2;

export function salesOf({ facts, lines }: Pick<Order, 'facts' | 'lines'>): Sales {
  const goods = lines.filter(({ giftCard }) => !giftCard);
  const gifts = lines.filter(({ giftCard }) => giftCard);
  const lineTax = sum(lines, ({ totalTax }) => valueOf(totalTax));
  const discounts = sum(goods, ({ totalDiscount }) => valueOf(totalDiscount));
  const tax = decimalOf(facts.totalTax) ?? lineTax;
  const [taxInLines, taxInShipping] = facts.taxesIncluded === true ? [lineTax, tax - lineTax] : [0n, 0n];
  const gross = sum(goods, priceOf) - taxInLines;
  const shipping = valueOf(facts.totalShipping) - taxInShipping;
  const giftCards = sum(gifts, (line) => priceOf(line) - valueOf(line.totalDiscount));
  const others = valueOf(facts.totalDuties) + valueOf(facts.totalTips);
  const total = decimalOf(facts.totalPrice);
  return {
    unitsSold: goods.reduce((units, { quantity }) => units + quantity, 0),
    grossSales: textOf(gross),
    salesDiscounts: textOf(discounts),
    salesTax: textOf(tax),
    salesShipping: textOf(shipping),
    giftCardSales: textOf(giftCards),
    salesDifference:
      total === null ? null : textOf(total - (gross - discounts + tax + shipping + giftCards + others)),
  };
}

/** A damaged document may lack the quantity. */
function priceOf({ price, quantity = 0 }: Partial<Line>): bigint {
  return valueOf(price) * (Number.isSafeInteger(quantity) ? BigInt(quantity) : 0n);
}

function sum(lines: readonly Line[], amount: (line: Line) => bigint): bigint {
  return lines.reduce((all, line) => all + amount(line), 0n);
}

function valueOf(amount: string | null | undefined): bigint {
  return decimalOf(amount) ?? 0n;
}

function textOf(value: bigint): string {
  return decimalText(value, CENTS);
}
