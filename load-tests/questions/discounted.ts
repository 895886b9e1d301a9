interface Line {
  price: string;
  quantity: number;
}

interface Body extends Record<string, unknown> {
  line_items: Line[];
  currency: string;
  total_price: string;
}

/** A body of an order with a discount on all of its lines, as Shopify sends it. */
export function discounted(body: Buffer, percent: number): Buffer {
  if (percent === 0) return body;
  const order = JSON.parse(body.toString()) as Body;
  const shares = order.line_items.map(({ price, quantity }) => (Number(price) * quantity * percent) / 100);
  const discount = shares.reduce((sum, share) => sum + share, 0);
  const subtotal = order.line_items.reduce((sum, line) => sum + Number(line.price) * line.quantity, 0);
  const total = Number(order.total_price) - discount;
  const amounts = {
    total_discounts: discount,
    subtotal_price: subtotal - discount,
    current_subtotal_price: subtotal - discount,
    total_price: total,
    current_total_price: total,
  };
  const changed = {
    ...order,
    ...Object.fromEntries(
      Object.entries(amounts).flatMap(([name, amount]) => [
        [name, amount.toFixed(2)],
        [`${name}_set`, moneyOf(amount, order.currency)],
      ]),
    ),
    discount_codes: [{ code: 'TEMPLATE', amount: discount.toFixed(2), type: 'percentage' }],
    line_items: order.line_items.map((line, i) => ({
      ...line,
      total_discount_set: moneyOf(shares[i] ?? 0, order.currency),
      discount_allocations: [
        {
          amount: (shares[i] ?? 0).toFixed(2),
          amount_set: moneyOf(shares[i] ?? 0, order.currency),
          discount_application_index: 0,
        },
      ],
    })),
  };
  return Buffer.from(JSON.stringify(changed));
}

function moneyOf(amount: number, currency: string) {
  const each = { amount: amount.toFixed(2), currency_code: currency };
  return { shop_money: each, presentment_money: each };
}
