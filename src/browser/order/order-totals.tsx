import { Title } from '@mantine/core';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { isNothing, isSameAmount, money } from '../text/amounts.ts';
import { visible } from '../text/visible.ts';

type Amount = Extract<keyof ShownOrder, `${'total' | 'subtotal' | 'current'}${string}`>;
type BuyersAmount = Extract<keyof ShownOrder, `presentment${string}`>;

interface Row {
  name: string;
  amount: Amount;
  buyers?: BuyersAmount;
  /** By default, unless the amount is zero. */
  isShown?: (order: ShownOrder) => boolean;
  isSum?: true;
}

/** How the total comes about (the subtotal is after discounts), and what is paid back or left to pay. */
const ROWS: readonly Row[] = [
  { name: 'Discounts', amount: 'totalDiscounts', buyers: 'presentmentTotalDiscounts' },
  {
    name: 'Subtotal',
    amount: 'subtotalPrice',
    buyers: 'presentmentSubtotalPrice',
    isShown: (order) => !isNothing(order.subtotalPrice) && !isTotal(order, order.subtotalPrice),
  },
  { name: 'Shipping', amount: 'totalShipping', buyers: 'presentmentTotalShipping' },
  { name: 'Tax', amount: 'totalTax', buyers: 'presentmentTotalTax' },
  { name: 'Duties', amount: 'totalDuties', buyers: 'presentmentTotalDuties' },
  { name: 'Tips', amount: 'totalTips' },
  {
    name: 'Total',
    amount: 'totalPrice',
    buyers: 'presentmentTotalPrice',
    isShown: () => true,
    isSum: true,
  },
  {
    name: 'Current total',
    amount: 'currentTotalPrice',
    buyers: 'presentmentCurrentTotalPrice',
    isShown: (order) => order.currentTotalPrice !== null && !isTotal(order, order.currentTotalPrice),
    isSum: true,
  },
  { name: 'Refunded', amount: 'totalRefunded' },
  { name: 'Tax refunded', amount: 'totalRefundedTax' },
  { name: 'Outstanding', amount: 'totalOutstanding' },
];

function isTotal({ totalPrice }: ShownOrder, amount: string | null): boolean {
  return isSameAmount(totalPrice, amount);
}

/** The rows that apply, in the shop's currency and, if it is another, in the buyer's. */
export function OrderTotals({ order }: { order: ShownOrder }) {
  const { currency, presentmentCurrency } = order;
  const hasTwo = presentmentCurrency !== null && presentmentCurrency !== currency;
  const rows = ROWS.filter(({ amount, isShown }) => isShown?.(order) ?? !isNothing(order[amount]));
  return (
    <section className="panel" aria-label="Totals">
      <Title order={2} size="h5" mb="xs">
        Totals
      </Title>
      <table className="totals">
        {hasTwo && (
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">amount</span>
              </th>
              <th scope="col">shop, {visible(currency ?? '–')}</th>
              <th scope="col">buyer, {visible(presentmentCurrency)}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map(({ name, amount, buyers, isSum }) => (
            <tr key={name} data-sum={isSum}>
              <th scope="row">{name}</th>
              <td className="figures">{money(order[amount], currency)}</td>
              {hasTwo && <td className="figures">{buyers && money(order[buyers], presentmentCurrency)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
