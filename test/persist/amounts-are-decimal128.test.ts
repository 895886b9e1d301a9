import { describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { amountOf, decimalOf, decimalText, sumOf } from '../../src/order/decimal.ts';
import { amountIn, decimal128Of } from '../../src/persist/decimal128.ts';

/** Amounts of every length and number of decimals, by the seed. */
function amounts(count: number): string[] {
  const random = randomFrom(20261127);
  const digits = (length: number) => Array.from({ length }, () => random.below(10)).join('');
  return Array.from({ length: count }, () => {
    const [whole, places] = [1 + random.below(24), random.below(7)];
    const text = `${random.below(4) === 0 ? '-' : ''}${digits(whole)}${places === 0 ? '' : `.${digits(places)}`}`;
    return amountOf(text) ?? '';
  });
}

describe('amounts as Decimal128', () => {
  test.each([
    '0',
    '0.00',
    '7.50',
    '-7.50',
    '-0.01',
    '0.000000',
    '0.000001',
    '19.90',
    '1000000',
    '999999999999999',
    '9999999999999.99',
    '999999999999999.9',
    '1234567890123456',
    '4294967296',
    '4294967295.5',
    '9'.repeat(24),
    `${'9'.repeat(24)}.999999`,
  ])('%s: the same bytes as the driver makes, and the same text again', (amount) => {
    const made = decimal128Of(amount);
    expect(made.bytes).toEqual(mongo.Decimal128.fromString(amount).bytes);
    expect([made.toString(), amountIn(made)]).toEqual([amount, amount]);
  });

  test('the same for any amount', () => {
    for (const amount of amounts(5000)) {
      const made = decimal128Of(amount);
      expect([...made.bytes]).toEqual([...mongo.Decimal128.fromString(amount).bytes]);
      expect(amountIn(made)).toBe(amount);
    }
  });

  test.each([
    ['1E+3', null],
    ['NaN', null],
    ['Infinity', null],
    ['1E-7', null],
    ['-0', '0'],
    ['-0.00', '0.00'],
    ['0.00000000', null],
  ])('%s, which someone else wrote, is %s', (text, amount) => {
    expect(amountIn(mongo.Decimal128.fromString(text))).toBe(amount);
  });
});

describe('the text of an amount', () => {
  test.each([
    ['007.50', '7.50'],
    ['00', '0'],
    ['5.', '5'],
    ['-0.00', '0.00'],
    ['-00.10', '-0.10'],
    ['1.5000000', '1.500000'],
    ['1.0000001', null],
    ['1e400', null],
    ['1e+21', null],
    ['', null],
    ['.5', null],
    ['+5', null],
    ['1,000.00', null],
    ['9'.repeat(25), null],
  ])('%s is %s', (text, amount) => {
    expect(amountOf(text)).toBe(amount);
  });

  test('sums are exact, with the decimals of the most precise amount', () => {
    expect(sumOf(['0.1', '0.20', null, undefined])).toBe('0.30');
    expect(sumOf(['-5.00', '2.5'])).toBe('-2.50');
    expect(sumOf([])).toBeNull();
    expect(sumOf(['900719925474099267.01', '0.01'])).toBe('900719925474099267.02');
    expect(decimalText(decimalOf('-0.5') ?? 0n, 2)).toBe('-0.50');
    expect(decimalText(decimalOf('0.123') ?? 0n, 2)).toBe('0.123');
  });
});
