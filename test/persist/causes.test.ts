import { describe, expect, test } from '@jest/globals';
import { causeOf } from '../../src/persist/cause.ts';

describe('the cause of an error', () => {
  test.each([
    ['the body is not UTF-8', 'the body is not UTF-8'],
    ['orders/paid: line_items.17.price: Invalid input', 'orders/paid: line_items.….price: Invalid input'],
    ['orders/paid has no order id: id is missing', 'orders/paid has no order id: id is missing'],
    [
      'with it the order would be larger than the 16 MB that MongoDB allows',
      'with it the order would be larger than the … MB that MongoDB allows',
    ],
    [
      `event ${'0a'.repeat(32)} could not be applied: x (3 drains failed on it)`,
      'event … could not be applied: x (… drains failed on it)',
    ],
    ['since 2026-11-20T10:00:00.123Z', 'since …'],
    ['b54557e4-bdd9-4b37-8a5f-bf7d70bcd043 is bad', '… is bad'],
    ['gid://shopify/Order/820982911946154508', 'gid://shopify/Order/…'],
    ['address1 and sha256 and deadbeef', 'address1 and sha256 and deadbeef'],
    ['', ''],
  ])('%s', (error, cause) => {
    expect(causeOf(error)).toBe(cause);
  });

  test('is not longer than a filter may be, and is found quickly for long errors', () => {
    const began = performance.now();
    expect(causeOf('1,'.repeat(500_000))).toBe('…,');
    expect(causeOf('0123456789abcdef-'.repeat(100_000)).length).toBeLessThanOrEqual(300);
    expect(causeOf('x'.repeat(1_000_000))).toHaveLength(300);
    expect(causeOf(`${'1'.repeat(3000)}g`)).toHaveLength(300);
    expect(causeOf(`${'1T'.repeat(1500)}g`)).toHaveLength(300);
    expect(causeOf(`${'1.,:+-'.repeat(500)}g`)).toMatch(/^…/);
    expect(causeOf('abcdefab-'.repeat(400))).toHaveLength(300);
    // A pattern that backtracks takes minutes.
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
