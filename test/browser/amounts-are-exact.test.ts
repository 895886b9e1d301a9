import { describe, expect, test } from '@jest/globals';
import { isNothing, isSameAmount, lineTotal, money } from '../../src/browser/text/amounts.ts';

describe('amounts of money', () => {
  test.each([
    ['1234567.50', 'USD', '1,234,567.50 USD'],
    ['999', 'JPY', '999 JPY'],
    ['-1000.00', null, '-1,000.00'],
    ['0.001', 'KWD', '0.001 KWD'],
    ['123456789012345678901234.99', 'USD', '123,456,789,012,345,678,901,234.99 USD'],
    ['much', 'USD', 'much'],
    [null, 'USD', '–'],
  ])('%s %s is shown as %s', (amount, currency, shown) => {
    expect(money(amount, currency)).toBe(shown);
  });

  test('the total of a line is exact', () => {
    expect(lineTotal('19.99', 3, '0.10')).toBe('59.87');
    expect(lineTotal('0.10', 3, null)).toBe('0.30');
    expect(lineTotal('5', 2, '12.5')).toBe('-2.5');
    expect(lineTotal('123456789012345678.91', 10, '0')).toBe('1234567890123456789.10');
    expect(lineTotal(null, 1, '0')).toBeNull();
  });

  test('zero and unknown amounts are recognised; 10 and 10.00 are the same', () => {
    expect(['0.00', '0', null, '0.01', '-5'].map(isNothing)).toEqual([true, true, true, false, false]);
    expect(isSameAmount('10', '10.00')).toBe(true);
    expect([isSameAmount('10', '-10'), isSameAmount(null, '0'), isSameAmount(null, null)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
