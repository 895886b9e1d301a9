import type { PipelineStage } from 'mongoose';
import { amount, list, minus, sumOver, text, when, type Expression } from './values.ts';

/**
 * The figures of orders and refunds, as MongoDB adds them up: exactly, because they are Decimal128. docs/reports.md
 * defines each of them. Lines and shipping are stored as Shopify sends them: with tax if prices include it.
 */

/** The sums over orders. */
export const SOLD = [
  'units',
  'gross',
  'discounts',
  'tax',
  'shipping',
  'duties',
  'tips',
  'giftCards',
] as const;
/** The sums over refunds. */
export const GIVEN_BACK = ['returns', 'tax', 'shipping', 'refunded'] as const;

/** Of a whole order: order/derive-sales.ts computed it when the order was stored. */
export const OF_ORDER: Record<(typeof SOLD)[number], string> = {
  units: '$unitsSold',
  gross: '$grossSales',
  discounts: '$salesDiscounts',
  tax: '$salesTax',
  shipping: '$salesShipping',
  duties: '$totalDuties',
  tips: '$totalTips',
  giftCards: '$giftCardSales',
};

const isTaxed: Expression = { $eq: ['$taxesIncluded', true] };
const isGift: Expression = { $eq: ['$line.giftCard', true] };
const price: Expression = { $multiply: [amount('$line.price'), amount('$line.quantity')] };
const discount = amount('$line.totalDiscount');
const lineTax = amount('$line.totalTax');

/** Of one `line` of an order. */
export const OF_LINE: Partial<Record<(typeof SOLD)[number], Expression>> = {
  units: when(isGift, 0, amount('$line.quantity')),
  gross: minus(when(isGift, 0, price), when(isTaxed, lineTax)),
  discounts: when(isGift, 0, discount),
  tax: lineTax,
  giftCards: when(isGift, minus(price, discount)),
};

const isSuccessful: Expression = {
  $and: [
    { $eq: ['$$each.kind', 'refund'] },
    { $eq: ['$$each.status', 'success'] },
    { $eq: ['$$each.currency', '$currency'] },
  ],
};
const ofGoods = (value: Expression) => when({ $in: ['$$each.lineId', '$giftLines'] }, 0, value);

/** Of one refund; `giftLines` has the ids of the order's gift cards. */
export const OF_REFUND: PipelineStage[] = [
  {
    $set: {
      lineTax: sumOver('$refundLines', amount('$$each.totalTax')),
      goods: sumOver('$refundLines', ofGoods(amount('$$each.subtotal'))),
      shippingTax: amount('$refund.shippingTax'),
      refunded: sumOver(list('$refund.transactions'), when(isSuccessful, amount('$$each.amount'))),
    },
  },
  {
    $set: {
      returns: minus('$goods', when(isTaxed, '$lineTax'), amount('$refund.adjustment')),
      tax: minus({ $add: ['$lineTax', '$shippingTax'] }, amount('$refund.adjustmentTax')),
      shipping: minus(amount('$refund.shipping'), when(isTaxed, '$shippingTax')),
    },
  },
];

/** Of one line of a refund, with the `line` of the order that it returns. */
export const OF_REFUND_LINE: PipelineStage[] = [
  { $unwind: '$refundLines' },
  {
    $set: {
      line: { $first: { $filter: { input: '$lines', as: 'each', cond: isSameLine() } } },
      tax: amount('$refundLines.totalTax'),
    },
  },
  {
    $set: {
      returns: when(isGift, 0, minus(amount('$refundLines.subtotal'), when(isTaxed, '$tax'))),
    },
  },
];

function isSameLine(): Expression {
  return { $eq: ['$$each.id', text('$refundLines.lineId')] };
}
