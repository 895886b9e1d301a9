import { describe, expect, test } from '@jest/globals';
import {
  MOVES,
  PAYMENT_BY_FINANCIAL_STATUS,
  PAYMENTS,
  SHIPPING_BY_FULFILLMENT_STATUS,
  SHIPPINGS,
  STATUS_BY_FACTS,
  STATUSES,
  type Status,
} from '../../src/order/status.ts';

describe('the table of facts', () => {
  test('has a status for every payment and shipping, and nothing else', () => {
    expect(Object.keys(STATUS_BY_FACTS)).toEqual([...PAYMENTS]);
    for (const payment of PAYMENTS) {
      expect(Object.keys(STATUS_BY_FACTS[payment])).toEqual([...SHIPPINGS]);
      for (const shipping of SHIPPINGS) expect(STATUSES).toContain(STATUS_BY_FACTS[payment][shipping]);
    }
  });

  test('reaches every status except cancelled, which does not depend on payment or shipping', () => {
    const reached = new Set<Status>(PAYMENTS.flatMap((payment) => Object.values(STATUS_BY_FACTS[payment])));
    expect(STATUSES.filter((status) => !reached.has(status))).toEqual(['cancelled']);
  });

  test("Shopify's values map to existing stages", () => {
    for (const payment of Object.values(PAYMENT_BY_FINANCIAL_STATUS)) expect(PAYMENTS).toContain(payment);
    for (const shipping of Object.values(SHIPPING_BY_FULFILLMENT_STATUS))
      expect(SHIPPINGS).toContain(shipping);
    expect(Object.keys(PAYMENT_BY_FINANCIAL_STATUS).toSorted()).toEqual([
      'authorized',
      'expired',
      'paid',
      'partially_paid',
      'partially_refunded',
      'pending',
      'refunded',
      'voided',
    ]);
  });
});

describe('the table of moves', () => {
  test('has a cell for every pair, and nothing else', () => {
    expect(Object.keys(MOVES)).toEqual([...STATUSES]);
    for (const from of STATUSES) {
      expect(Object.keys(MOVES[from])).toEqual([...STATUSES]);
      for (const to of STATUSES) expect(['on', 'back', 'never', 'stay']).toContain(MOVES[from][to]);
    }
  });

  test('`stay` is from each status to itself, and nowhere else', () => {
    for (const from of STATUSES)
      for (const to of STATUSES) expect(MOVES[from][to] === 'stay').toBe(from === to);
  });

  test('P5: nothing leads out of cancelled, and every status leads into it', () => {
    for (const other of STATUSES.filter((status) => status !== 'cancelled')) {
      expect(MOVES.cancelled[other]).toBe('never');
      expect(MOVES[other].cancelled).toBe('on');
    }
  });

  test('every move back is the reverse of a move on', () => {
    const cells = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));
    const oneWay = cells.filter(([from, to]) => MOVES[from][to] === 'back' && MOVES[to][from] !== 'on');
    expect(oneWay).toEqual([]);
  });
});
