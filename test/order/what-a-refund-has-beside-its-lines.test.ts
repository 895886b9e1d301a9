import { describe, expect, test } from '@jest/globals';
import { PART_READERS } from '../../src/order/read-parts.ts';

const money = (amount: string) => ({ shop_money: { amount, currency_code: 'EUR' } });

const read = (fields: object) => {
  const reading = PART_READERS.refunds({ id: 7, ...fields }, (time) => time);
  if (!reading.ok) throw new Error(reading.because);
  const { shipping, shippingTax, adjustment, adjustmentTax } = reading.body;
  return { shipping, shippingTax, adjustment, adjustmentTax };
};

const NOTHING = { shipping: null, shippingTax: null, adjustment: null, adjustmentTax: null };

describe('a refund has beside its lines', () => {
  test('refunded shipping', () => {
    const line = { subtotal_amount_set: money('4.99'), tax_amount_set: money('0.95') };
    expect(read({ refund_shipping_lines: [line, line], order_adjustments: [] })).toEqual({
      ...NOTHING,
      shipping: '9.98',
      shippingTax: '1.90',
    });
  });

  test('refunded shipping as Shopify sent it until 2024, which does not count twice', () => {
    const earlier = { kind: 'shipping_refund', amount: '-4.99', tax_amount: '-0.95' };
    const asked = { ...NOTHING, shipping: '4.99', shippingTax: '0.95' };
    expect(read({ order_adjustments: [earlier], refund_shipping_lines: [] })).toEqual(asked);
    const line = { subtotal_amount_set: money('4.99'), tax_amount_set: money('0.95') };
    expect(read({ order_adjustments: [earlier], refund_shipping_lines: [line] })).toEqual(asked);
  });

  test('what the merchant refunded beyond the lines (negative), or withheld', () => {
    const more = { kind: 'refund_discrepancy', amount: '-10.00', tax_amount: '0.00' };
    const less = { kind: 'refund_discrepancy', amount: '2.37', tax_amount: '0.19' };
    expect(read({ order_adjustments: [more, less], refund_shipping_lines: [] })).toEqual({
      ...NOTHING,
      adjustment: '-7.63',
      adjustmentTax: '0.19',
    });
  });

  test('nothing that its body does not have', () => {
    expect(Object.values(read({})).every((value) => value === undefined)).toBe(true);
    expect(read({ order_adjustments: [], refund_shipping_lines: [] })).toEqual(NOTHING);
  });
});
